/** aes_*, rsa_*, ed25519_*, zlib_*, yaml_decode (`hsl.md` §7.6). Keys of ours are named, never read. */
import {
  type CipherGCM,
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  type DecipherGCM,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
} from "node:crypto";
import { deflateSync, unzipSync } from "node:zlib";
import {
  defaultLimits,
  encodeText,
  type FunctionBody,
  fromUint8Array,
  HslArray,
  type RunContext,
  ScriptError,
  toUint8Array,
  type Value,
} from "@sluice/hsl";
import {
  bytesAt,
  isGiven,
  numberAt,
  optionFlag,
  optionsAt,
  optionText,
  textAt,
} from "../arguments.ts";
import { flowHost } from "../flow-host.ts";
import { loadYaml } from "../host/libraries.ts";
import { objectId } from "../values.ts";
import { cryptPassword } from "./crypt.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

const wrong = (message: string): ScriptError => new ScriptError("wrong-argument", message);

const bytes = (args: readonly Value[], index: number): Uint8Array =>
  toUint8Array(bytesAt(args, index));

/** A tag of 16 bytes stands behind the encrypted bytes (RFC 5116 §5.1). */
const tagLength = 16;

const cipherName = (args: readonly Value[]): string => {
  const mode = textAt(args, 2).toLowerCase();
  const keyLength = bytesAt(args, 1).length;
  if (!["cbc", "ctr", "ecb", "gcm"].includes(mode)) throw wrong("the mode is cbc, ctr, ecb or gcm");
  if (![16, 24, 32].includes(keyLength)) throw wrong("the key has 16, 24 or 32 bytes");
  return `aes-${keyLength * 8}-${mode}`;
};

const ivOf = (args: readonly Value[], mode: string): Uint8Array | null => {
  const iv = toUint8Array(bytesAt([optionsAt(args, 3).get("iv")], 0));
  if (mode === "ecb") return null;
  const wanted = mode === "gcm" ? 12 : 16;
  if (iv.length !== wanted) throw wrong(`\`iv\` has ${wanted} bytes`);
  return iv;
};

const aadOf = (args: readonly Value[]): Uint8Array =>
  toUint8Array(bytesAt([optionsAt(args, 3).get("aad")], 0));

const encrypt: FunctionBody = (args, run) => {
  const name = cipherName(args);
  const mode = name.slice(-3);
  const input = bytes(args, 0);
  run.charge(1 + (input.length >> 5), 0);
  const cipher = createCipheriv(name, bytes(args, 1), ivOf(args, mode));
  cipher.setAutoPadding(optionFlag(optionsAt(args, 3), "padding", true));
  if (mode === "gcm") (cipher as CipherGCM).setAAD(aadOf(args)); // the mode says which it is
  try {
    const parts = [cipher.update(input), cipher.final()];
    if (mode === "gcm") parts.push((cipher as CipherGCM).getAuthTag()); // as above
    return fromUint8Array(Buffer.concat(parts));
  } catch {
    throw wrong("without padding the message fills whole blocks of 16 bytes");
  }
};

const decrypt: FunctionBody = (args, run) => {
  const name = cipherName(args);
  const mode = name.slice(-3);
  const input = bytes(args, 0);
  run.charge(1 + (input.length >> 5), 0);
  const decipher = createDecipheriv(name, bytes(args, 1), ivOf(args, mode));
  decipher.setAutoPadding(optionFlag(optionsAt(args, 3), "padding", true));
  const end = mode === "gcm" ? input.length - tagLength : input.length;
  if (end < 0) return null;
  try {
    if (mode === "gcm") {
      const gcm = decipher as DecipherGCM; // the mode says which it is
      gcm.setAAD(aadOf(args));
      gcm.setAuthTag(input.subarray(end));
    }
    return fromUint8Array(
      Buffer.concat([decipher.update(input.subarray(0, end)), decipher.final()]),
    );
  } catch {
    return null;
  }
};

/** RFC 8410 §7 and §4: what stands before the 32 bytes of a key. */
const rawPrefix = {
  private: Buffer.from("302e020100300506032b657004220420", "hex"),
  public: Buffer.from("302a300506032b6570032100", "hex"),
} as const;

const keyAt = (
  args: readonly Value[],
  index: number,
  part: "private" | "public",
  run: RunContext,
): KeyObject => {
  const given = bytesAt(args, index);
  try {
    if (given.startsWith("pki:")) return ownKey(given, part, run);
    if (given.length === 32) {
      const der = Buffer.concat([rawPrefix[part], toUint8Array(given)]);
      return part === "private"
        ? createPrivateKey({ key: der, format: "der", type: "pkcs8" })
        : createPublicKey({ key: der, format: "der", type: "spki" });
    }
    return part === "private" ? createPrivateKey(given) : createPublicKey(given);
  } catch (error) {
    if (error instanceof ScriptError) throw error;
    throw wrong(`argument ${index + 1} is no ${part} key`);
  }
};

const ownKey = (name: string, part: "private" | "public", run: RunContext): KeyObject => {
  const { settings, secret } = flowHost(run).snapshot;
  const id = objectId("pki", name);
  const certificate = Object.hasOwn(settings.certificates, id)
    ? settings.certificates[id]
    : undefined;
  const privateKey = certificate === undefined ? null : secret("certificate", id, "privateKey");
  if (part === "public" && certificate !== undefined && certificate.certificate.trim() !== "") {
    return createPublicKey(certificate.certificate);
  }
  if (privateKey === null) throw wrong(`there is no private key pki:${id}`);
  return part === "private" ? createPrivateKey(privateKey) : createPublicKey(privateKey);
};

const ofKind = (key: KeyObject, kind: "rsa" | "ed25519"): KeyObject => {
  if (key.asymmetricKeyType !== kind)
    throw wrong(`the key is no ${kind === "rsa" ? "RSA" : "Ed25519"} key`);
  return key;
};

const rsaCost = 20_000;
const ed25519Cost = 2_000;

const rsaHow = (
  args: readonly Value[],
  index: number,
): { hash: string; padding: number; saltLength: number } => {
  const options = optionsAt(args, index);
  const hash = optionText(options, "hash") ?? "sha256";
  const padding = optionText(options, "padding") ?? "pkcs1";
  if (!["sha1", "sha256", "sha384", "sha512"].includes(hash))
    throw wrong("`hash` is sha1, sha256, sha384 or sha512");
  if (padding !== "pkcs1" && padding !== "pss") throw wrong("`padding` is pkcs1 or pss");
  return {
    hash,
    padding: padding === "pss" ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
};

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" } as const;

const maximumDepth = 100;

const valueFrom = (data: unknown, run: RunContext, depth = 0): Value => {
  if (depth > maximumDepth) throw wrong("the document is nested too deeply");
  if (typeof data === "string") return encodeText(data);
  if (typeof data === "number" || typeof data === "boolean") return data;
  if (data instanceof Date) return encodeText(data.toISOString());
  if (typeof data !== "object" || data === null) return null;
  const entries = Array.isArray(data) ? [...data.entries()] : Object.entries(data);
  run.charge(entries.length, entries.length * 24);
  return HslArray.fromEntries(
    entries.map(([key, value]) => [
      typeof key === "number" ? key : encodeText(key),
      valueFrom(value, run, depth + 1),
    ]),
  );
};

export const cryptographyFunctions: Bodies = {
  aes_encrypt: encrypt,
  aes_decrypt: decrypt,
  rsa_sign: (args, run) => {
    run.charge(rsaCost, 0);
    const { hash, ...how } = rsaHow(args, 2);
    const key = ofKind(keyAt(args, 1, "private", run), "rsa");
    return fromUint8Array(sign(hash, bytes(args, 0), { key, ...how }));
  },
  rsa_verify: (args, run) => {
    run.charge(rsaCost >> 3, 0);
    const { hash, ...how } = rsaHow(args, 3);
    const key = ofKind(keyAt(args, 2, "public", run), "rsa");
    return verify(hash, bytes(args, 0), { key, ...how }, bytes(args, 1));
  },
  rsa_encrypt: (args, run) => {
    run.charge(rsaCost >> 3, 0);
    const key = ofKind(keyAt(args, 1, "public", run), "rsa");
    try {
      return fromUint8Array(publicEncrypt({ key, ...oaep }, bytes(args, 0)));
    } catch {
      throw wrong("the message is too long for the key");
    }
  },
  rsa_decrypt: (args, run) => {
    run.charge(rsaCost, 0);
    const key = ofKind(keyAt(args, 1, "private", run), "rsa");
    try {
      return fromUint8Array(privateDecrypt({ key, ...oaep }, bytes(args, 0)));
    } catch {
      return null;
    }
  },
  ed25519_sign: (args, run) => {
    run.charge(ed25519Cost, 0);
    const key = ofKind(keyAt(args, 1, "private", run), "ed25519");
    return fromUint8Array(sign(null, bytes(args, 0), key));
  },
  ed25519_verify: (args, run) => {
    run.charge(ed25519Cost, 0);
    const key = ofKind(keyAt(args, 2, "public", run), "ed25519");
    return verify(null, bytes(args, 0), key, bytes(args, 1));
  },
  crypt: (args, run) => cryptPassword(bytesAt(args, 0), bytesAt(args, 1), run.charge),
  zlib_compress: (args, run) => {
    const level = isGiven(args, 1) ? Math.trunc(numberAt(args, 1)) : 6;
    if (!(level >= 0 && level <= 9)) throw wrong("the level is 0 to 9");
    const input = bytes(args, 0);
    run.charge(1 + (input.length >> 2), 0);
    return fromUint8Array(deflateSync(input, { level }));
  },
  zlib_uncompress: (args, run) => {
    const longest = run.host.limits?.stringBytes ?? defaultLimits.stringBytes;
    try {
      const output = unzipSync(bytes(args, 0), { maxOutputLength: longest });
      run.charge(1 + (output.length >> 4), 0);
      return fromUint8Array(output);
    } catch {
      return null;
    }
  },
  yaml_decode: (args, run) => {
    const text = textAt(args, 0);
    run.charge(1 + text.length, text.length * 8);
    let data: unknown;
    try {
      data = loadYaml().parse(text, { maxAliasCount: 100, prettyErrors: false, logLevel: "error" });
    } catch {
      return null;
    }
    return valueFrom(data, run);
  },
};
