import { hmac } from "@noble/hashes/hmac.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha224, sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { RunContext } from "../host.ts";
import { toUint8Array } from "../values/bytes.ts";
import { gives, integerAt, optional, parameter, textAt, wrongArgument } from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

type Hash = typeof sha256 | typeof md5 | typeof sha512;

const hashes: Readonly<Record<number, Hash>> = {
  224: sha224,
  256: sha256,
  384: sha384,
  512: sha512,
};

/** Hashing is far slower than copying. */
const chargeHash = (run: RunContext, bytes: number): void => run.charge(1 + (bytes >> 3), 0);

const digest = (run: RunContext, hash: Hash, text: string): string => {
  chargeHash(run, text.length);
  return bytesToHex(hash(toUint8Array(text)));
};

const keyed = (run: RunContext, hash: Hash, key: string, text: string): string => {
  chargeHash(run, text.length + key.length);
  return bytesToHex(hmac(hash as typeof sha256, toUint8Array(key), toUint8Array(text))); // one shape for all hashes
};

const sha2Of = (name: string, index: number, bits: number): Hash => {
  const hash = hashes[bits];
  if (hash === undefined) throw wrongArgument(name, index, "(bits) must be 224, 256, 384 or 512");
  return hash;
};

/** FNV-1a, 32 bits: quick and the same everywhere; it keeps nobody from making collisions. */
const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
};

const text = parameter("string", "string", "What to hash.");
const key = parameter("key", "string", "The key.");
const bits = optional("bits", "number", "224, 256, 384 or 512; 256 when left out.");
const hex = gives("string", "The hash in small hexadecimal digits.");

export const hashFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "md5",
      role: "function",
      summary: "Makes the MD5 hash of a string; do not use it to protect anything.",
      parameters: [text],
      returns: hex,
      source: "RFC 1321",
      since: "classic",
      example: { script: 'echo md5("abc");', log: ["900150983cd24fb0d6963f7d28e17f72"] },
    },
    (args, run) => digest(run, md5, textAt(args, 0)),
  ),
  defineFunction(
    {
      name: "sha1",
      role: "function",
      summary: "Makes the SHA-1 hash of a string; do not use it to protect anything.",
      parameters: [text],
      returns: hex,
      source: "RFC 3174",
      since: "classic",
      example: { script: 'echo sha1("abc");', log: ["a9993e364706816aba3e25717850c26c9cd0d89d"] },
    },
    (args, run) => digest(run, sha1, textAt(args, 0)),
  ),
  defineFunction(
    {
      name: "sha2",
      role: "function",
      summary: "Makes a SHA-2 hash of a string.",
      parameters: [text, bits],
      returns: hex,
      source: "FIPS 180-4",
      since: "modern",
      example: {
        script: 'echo sha2("abc");',
        log: ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
      },
    },
    (args, run) => digest(run, sha2Of("sha2", 1, integerAt(args, 1, 256)), textAt(args, 0)),
  ),
  defineFunction(
    {
      name: "hmac_md5",
      role: "function",
      summary: "Makes the HMAC of a string with MD5, as CRAM-MD5 does.",
      parameters: [key, text],
      returns: hex,
      source: "RFC 2104",
      since: "classic",
      example: {
        script: 'echo hmac_md5("Jefe", "what do ya want for nothing?");',
        log: ["750c783e6ab0b503eaa86e310a5db738"],
      },
    },
    (args, run) => keyed(run, md5, textAt(args, 0), textAt(args, 1)),
  ),
  defineFunction(
    {
      name: "hmac_sha1",
      role: "function",
      summary: "Makes the HMAC of a string with SHA-1.",
      parameters: [key, text],
      returns: hex,
      source: "RFC 2104",
      since: "classic",
      example: {
        script: 'echo hmac_sha1("Jefe", "what do ya want for nothing?");',
        log: ["effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"],
      },
    },
    (args, run) => keyed(run, sha1, textAt(args, 0), textAt(args, 1)),
  ),
  defineFunction(
    {
      name: "hmac_sha2",
      role: "function",
      summary: "Makes the HMAC of a string with SHA-2.",
      parameters: [key, text, bits],
      returns: hex,
      source: "RFC 4231",
      since: "modern",
      example: {
        script: 'echo hmac_sha2("Jefe", "what do ya want for nothing?");',
        log: ["5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
      },
    },
    (args, run) =>
      keyed(run, sha2Of("hmac_sha2", 2, integerAt(args, 2, 256)), textAt(args, 0), textAt(args, 1)),
  ),
  defineFunction(
    {
      name: "hash",
      role: "function",
      summary: "Makes a number from a string, to share things out evenly.",
      parameters: [text],
      returns: gives("number", "0 to 4294967295, always the same for the same string."),
      source: "FNV-1a, 32 bits",
      since: "classic",
      example: { script: 'echo hash("") == hash(""); echo hash("a") % 4;', log: ["1", "0"] },
    },
    (args) => fnv1a(textAt(args, 0)),
  ),
];
