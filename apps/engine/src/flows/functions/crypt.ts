/**
 * Password hashes of `crypt(3)`: MD5 (`$1$`), SHA-256 (`$5$`) and SHA-512 (`$6$`),
 * after the published description of the SHA-crypt scheme.
 */
import { createHash } from "node:crypto";
import { fromUint8Array, ScriptError, toUint8Array } from "@sluice/hsl";

type Charge = (steps: number, bytes: number) => void;

const maximumRounds = 100_000; // a salt may ask for a thousand million
const maximumPassword = 1_024;

/** The hash of a password (both byte strings); null: the salt is of no known kind. */
export const cryptPassword = (password: string, salt: string, charge: Charge): string | null => {
  if (password.length > maximumPassword) {
    throw new ScriptError("wrong-argument", `a password has ${maximumPassword} bytes at most`);
  }
  const [, kind, given, text = ""] =
    /^\$([156])\$(?:rounds=(\d{1,10})\$)?([^$\n:]*)/.exec(salt) ?? [];
  if (kind === undefined) return null;
  const key = toUint8Array(password);
  if (kind === "1") return md5Crypt(key, given === undefined ? text : `rounds=${given}`, charge);
  const rounds = Math.max(1_000, given === undefined ? 5_000 : Number(given));
  if (rounds > maximumRounds) {
    throw new ScriptError("wrong-argument", `crypt: more than ${maximumRounds} rounds`);
  }
  return shaCrypt(key, text.slice(0, 16), kind, rounds, given !== undefined, charge);
};

const digest = (algorithm: string, ...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The first `length` bytes of `block` written again and again. */
const repeated = (block: Uint8Array, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => block[index % block.length] ?? 0);

const shaCrypt = (
  key: Uint8Array,
  saltText: string,
  kind: string,
  rounds: number,
  namesRounds: boolean,
  charge: Charge,
): string => {
  const algorithm = kind === "6" ? "sha512" : "sha256";
  const salt = toUint8Array(saltText);
  charge(rounds * 4, 0);
  const mixed = digest(algorithm, key, salt, key);
  const parts: Uint8Array[] = [key, salt, repeated(mixed, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? mixed : key);
  let state = digest(algorithm, ...parts);
  const keyBlock = repeated(
    digest(algorithm, ...Array<Uint8Array>(key.length).fill(key)),
    key.length,
  );
  const saltTimes = 16 + (state[0] ?? 0);
  const saltBlock = repeated(
    digest(algorithm, ...Array<Uint8Array>(saltTimes).fill(salt)),
    salt.length,
  );
  for (let round = 0; round < rounds; round++) {
    const isOdd = round % 2 === 1;
    const turn: Uint8Array[] = [isOdd ? keyBlock : state];
    if (round % 3 !== 0) turn.push(saltBlock);
    if (round % 7 !== 0) turn.push(keyBlock);
    turn.push(isOdd ? state : keyBlock);
    state = digest(algorithm, ...turn);
  }
  const said = namesRounds ? `rounds=${rounds}$` : "";
  const order = kind === "6" ? sha512Order : sha256Order;
  return `$${kind}$${said}${fromUint8Array(salt)}$${encode(state, order)}`;
};

const md5Crypt = (key: Uint8Array, saltText: string, charge: Charge): string => {
  charge(4_000, 0);
  const salt = toUint8Array(saltText.slice(0, 8));
  const mixed = digest("md5", key, salt, key);
  const parts: Uint8Array[] = [key, toUint8Array("$1$"), salt, repeated(mixed, key.length)];
  const first = key.subarray(0, 1);
  for (let bits = key.length; bits > 0; bits >>= 1) {
    parts.push((bits & 1) === 1 ? Uint8Array.of(0) : first);
  }
  let state = digest("md5", ...parts);
  for (let round = 0; round < 1_000; round++) {
    const isOdd = round % 2 === 1;
    const turn: Uint8Array[] = [isOdd ? key : state];
    if (round % 3 !== 0) turn.push(salt);
    if (round % 7 !== 0) turn.push(key);
    turn.push(isOdd ? state : key);
    state = digest("md5", ...turn);
  }
  return `$1$${fromUint8Array(salt)}$${encode(state, md5Order)}`;
};

const letters = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Groups of three bytes, highest first, as four letters; the last group may be shorter. */
const encode = (bytes: Uint8Array, order: readonly (readonly number[])[]): string =>
  order
    .map((group) => {
      let value = group.reduce(
        (sum, index) => (sum << 8) | (index < 0 ? 0 : (bytes[index] ?? 0)),
        0,
      );
      const wanted = group.filter((index) => index >= 0).length + 1;
      let text = "";
      for (let i = 0; i < wanted; i++) {
        text += letters[value & 63] ?? "";
        value >>>= 6;
      }
      return text;
    })
    .join("");

const md5Order = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
  [-1, -1, 11],
];

/** Each group is the one before it, turned. */
const turning = (
  start: readonly [number, number, number],
  step: 1 | 2,
  count: number,
): number[][] =>
  Array.from({ length: count }, (_, index) => {
    const moved = start.map((byte) => byte + index);
    const shift = (index * step) % 3;
    return [0, 1, 2].map((place) => moved[(place + shift) % 3] ?? 0);
  });

const sha256Order = [...turning([0, 10, 20], 2, 10), [-1, 31, 30]];
const sha512Order = [...turning([0, 21, 42], 1, 21), [-1, -1, 63]];
