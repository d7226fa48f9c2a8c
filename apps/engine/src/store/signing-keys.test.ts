import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { makeSigningKey, publicKeyBits, readSigningKey } from "./signing-keys.ts";

test("a made key is read again as the same key", async () => {
  for (const algorithm of ["rsa-sha256", "ed25519-sha256"] as const) {
    const made = await makeSigningKey(algorithm);
    expect(readSigningKey(made.privateKey)).toEqual({ kind: "key", key: made });
    expect(publicKeyBits(algorithm, made.publicKey)).toBe(algorithm === "rsa-sha256" ? 2048 : 256);
  }
});

test("the example key of RFC 8463 has the public key printed there", () => {
  // §A.2: the seed in base64, wrapped as PKCS #8 (RFC 8410 §7)
  const seed = Buffer.from("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=", "base64");
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const pem = `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`;
  expect(readSigningKey(pem)).toMatchObject({
    kind: "key",
    key: { publicKey: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" },
  });
});

const pem = { type: "pkcs8", format: "pem" } as const;
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(pem).toString();
const short = generateKeyPairSync("rsa", { modulusLength: 768 }).privateKey.export(pem).toString();
const locked = generateKeyPairSync("ed25519")
  .privateKey.export({ ...pem, cipher: "aes-256-cbc", passphrase: "x" })
  .toString();

test.each([
  ["hello", /no private key in PEM/],
  ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", /damaged/],
  ["-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", /public key/],
  [ec, /this one is ec/],
  [short, /768 bits/],
  [locked, /password/],
])("what is no signing key is refused in words (%#)", (text, why) => {
  expect(readSigningKey(text)).toMatchObject({ kind: "wrong", why: expect.stringMatching(why) });
});
