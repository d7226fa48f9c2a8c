import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { decryptSecret, encryptSecret, readSecretKey } from "./secret-store.ts";

const folder = mkdtempSync(path.join(tmpdir(), "sluice-key-"));
afterAll(() => rmSync(folder, { recursive: true }));

const name = { kind: "transport", objectId: "smarthost", field: "password" };

test("the key is made once, for its owner alone, and kept", () => {
  const file = path.join(folder, "secret.key");
  const key = readSecretKey(file);
  expect(key).toHaveLength(32);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readSecretKey(file)).toEqual(key);
  expect(readFileSync(file, "utf8").trim()).toBe(key.toString("base64"));
});

test("a file that holds no key is not replaced", () => {
  const file = path.join(folder, "wrong.key");
  writeFileSync(file, "hello\n");
  chmodSync(file, 0o600);
  expect(() => readSecretKey(file)).toThrow("does not hold a key");
  expect(readFileSync(file, "utf8")).toBe("hello\n");
});

test("what goes in comes out, in other bytes each time", () => {
  const key = readSecretKey(path.join(folder, "secret.key"));
  const [one, two] = [encryptSecret(key, name, "grün"), encryptSecret(key, name, "grün")];
  expect(one.equals(two)).toBe(false);
  expect(one.includes("grün")).toBe(false);
  expect(decryptSecret(key, name, one)).toBe("grün");
});

test("another name, another key, or a changed byte opens nothing", () => {
  const key = readSecretKey(path.join(folder, "secret.key"));
  const sealed = encryptSecret(key, name, "grün");
  expect(() => decryptSecret(key, { ...name, objectId: "other" }, sealed)).toThrow("does not open");
  expect(() => decryptSecret(Buffer.alloc(32), name, sealed)).toThrow("does not open");
  for (const position of [1, 13, 29]) {
    const changed = Buffer.from(sealed);
    changed[position] = (changed[position] ?? 0) ^ 1;
    expect(() => decryptSecret(key, name, changed)).toThrow("does not open");
  }
  expect(() => decryptSecret(key, name, Buffer.alloc(5))).toThrow("unknown layout");
});
