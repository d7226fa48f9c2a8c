/** Keys that sign mail: made here, or brought along as PEM. */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { KeyAlgorithm } from "@sluice/settings";

export type MadeKey = {
  readonly algorithm: KeyAlgorithm;
  /** As `p=` has it. */
  readonly publicKey: string;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
};

/** More would not fit into the answers of many DNS servers, less is refused by receivers (RFC 8301). */
export const rsaBits = { usual: 2048, largest: 4096, smallest: 1024 } as const;

const generate = promisify(generateKeyPair) as (
  type: "rsa" | "ed25519",
  options: object,
) => Promise<{ publicKey: KeyObject; privateKey: KeyObject }>; // the overloads of both types in one

export const makeSigningKey = async (
  algorithm: KeyAlgorithm,
  bits: number = rsaBits.usual,
): Promise<MadeKey> => {
  const { privateKey } =
    algorithm === "rsa-sha256"
      ? await generate("rsa", { modulusLength: bits })
      : await generate("ed25519", {});
  return described(privateKey, algorithm);
};

/** A key in PEM; in words what is wrong with it. */
export const readSigningKey = (
  pem: string,
): { readonly kind: "key"; readonly key: MadeKey } | { readonly kind: "wrong"; why: string } => {
  const wrong = (why: string) => ({ kind: "wrong", why }) as const;
  if (/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem)) {
    return wrong("This is the public key; the private one is needed.");
  }
  if (/ENCRYPTED/.test(pem)) return wrong("The key is protected by a password; decrypt it first.");
  if (!/-----BEGIN (?:RSA )?PRIVATE KEY-----/.test(pem)) {
    return wrong("This is no private key in PEM: one begins with BEGIN PRIVATE KEY.");
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return wrong("The private key is damaged.");
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  if (asymmetricKeyType === "ed25519") {
    return { kind: "key", key: described(key, "ed25519-sha256") };
  }
  if (asymmetricKeyType !== "rsa") {
    return wrong(`DKIM knows RSA and Ed25519 keys, and this one is ${asymmetricKeyType}.`);
  }
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < rsaBits.smallest || bits > rsaBits.largest) {
    return wrong(`The RSA key has ${bits} bits; receivers take 1,024 to 4,096.`);
  }
  return { kind: "key", key: described(key, "rsa-sha256") };
};

const described = (key: KeyObject, algorithm: KeyAlgorithm): MadeKey => {
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    algorithm,
    publicKey: (algorithm === "rsa-sha256" ? spki : spki.subarray(-32)).toString("base64"),
    privateKey: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
};

/** Bits of a public key as `p=` has it; null: it cannot be read. */
export const publicKeyBits = (algorithm: KeyAlgorithm, publicKey: string): number | null => {
  const bytes = Buffer.from(publicKey, "base64");
  if (algorithm === "ed25519-sha256") return bytes.length === 32 ? 256 : null;
  try {
    const key = createPublicKey({ key: bytes, format: "der", type: "spki" });
    return key.asymmetricKeyType === "rsa"
      ? (key.asymmetricKeyDetails?.modulusLength ?? null)
      : null;
  } catch {
    return null;
  }
};
