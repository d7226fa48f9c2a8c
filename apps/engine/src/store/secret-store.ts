/**
 * Passwords and private keys: AES-256-GCM with a fresh nonce, the record's own
 * name as associated data (a ciphertext moved to another row does not open),
 * and a key that is never in the database. Values go in; nothing but the
 * engine's snapshot gets them out.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { GatewayError } from "../errors.ts";
import { appendAudit } from "./audit.ts";
import { type Actor, inTransaction, type Store, type Transaction } from "./prisma.ts";

export type SecretName = {
  readonly kind: string;
  readonly objectId: string;
  readonly field: string;
};
export type SecretStore = ReturnType<typeof createSecretStore>;

/** Reads the key, and makes it (0600) when there is none. */
export const readSecretKey = (file: string): Buffer => {
  const existing = readExisting(file);
  if (existing !== null) return existing;
  try {
    const descriptor = openSync(file, "wx", 0o600);
    writeSync(descriptor, `${randomBytes(32).toString("base64")}\n`);
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const made = readExisting(file);
  if (made === null) throw new Error(`The key file ${file} was just made and is gone.`);
  return made;
};

const readExisting = (file: string): Buffer | null => {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  const key = Buffer.from(text.trim(), "base64");
  if (key.length !== 32) {
    throw new Error(`${file} does not hold a key: 32 bytes in base64 are expected.`);
  }
  return key;
};

const associatedData = ({ kind, objectId, field }: SecretName): Buffer =>
  Buffer.from(JSON.stringify([kind, objectId, field]));

export const encryptSecret = (key: Buffer, name: SecretName, value: string): Buffer => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(associatedData(name));
  const body = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
  return Buffer.concat([Buffer.of(1), nonce, cipher.getAuthTag(), body]); // 1: this layout
};

export const decryptSecret = (key: Buffer, name: SecretName, stored: Uint8Array): string => {
  const bytes = Buffer.from(stored);
  if (bytes[0] !== 1 || bytes.length < 29) {
    throw new Error(
      `The secret ${name.kind}/${name.objectId}/${name.field} has an unknown layout.`,
    );
  }
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(1, 13));
    decipher.setAAD(associatedData(name));
    decipher.setAuthTag(bytes.subarray(13, 29));
    return Buffer.concat([decipher.update(bytes.subarray(29)), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new Error(
      `The secret ${name.kind}/${name.objectId}/${name.field} does not open: the key file is not the one it was stored with.`,
      { cause },
    );
  }
};

const objectName = ({ kind, objectId, field }: SecretName): string =>
  `${kind}/${objectId}/${field}`;

export const createSecretStore = (store: Store, key: Buffer) => ({
  /** Running workers take the new value at once. */
  set: async (actor: Actor, name: SecretName, value: string): Promise<void> => {
    if (value === "" || value.length > 100_000) {
      throw new GatewayError("INVALID", "A secret has between 1 and 100,000 characters.", {
        detail: { field: name.field },
      });
    }
    const ciphertext = new Uint8Array(encryptSecret(key, name, value));
    await inTransaction(store, async (transaction) => {
      const { kind, objectId, field } = name;
      const updatedBy = actor.name;
      await transaction.secret.upsert({
        where: { kind_objectId_field: name },
        create: { kind, objectId, field, ciphertext, updatedBy },
        update: { ciphertext, updatedBy, updatedAt: new Date() },
      });
      await appendAudit(transaction, actor, { action: "secret.set", object: objectName(name) });
      await transaction.$executeRaw`SELECT pg_notify('sluice_settings', 'secret')`;
    });
  },

  clear: (actor: Actor, name: SecretName): Promise<void> =>
    inTransaction(store, async (transaction) => {
      const { kind, objectId, field } = name;
      const { count } = await transaction.secret.deleteMany({ where: { kind, objectId, field } });
      if (count === 0) return;
      await appendAudit(transaction, actor, { action: "secret.clear", object: objectName(name) });
      await transaction.$executeRaw`SELECT pg_notify('sluice_settings', 'secret')`;
    }),

  /** Whether it is set, and since when; never the value. */
  state: async (name: SecretName): Promise<{ set: boolean; updatedAt: string | null }> => {
    const { kind, objectId, field } = name;
    const found = await store.secret.findFirst({
      where: { kind, objectId, field },
      select: { updatedAt: true },
    });
    return { set: found !== null, updatedAt: found?.updatedAt.toISOString() ?? null };
  },

  /** `kind/objectId/field` of every secret that is set. */
  names: async (): Promise<ReadonlySet<string>> => {
    const rows = await store.secret.findMany({
      select: { kind: true, objectId: true, field: true },
    });
    return new Set(rows.map(objectName));
  },

  /** An object that gets another id takes its secrets along; the live revision keeps the old ones. */
  copy: async (
    transaction: Transaction,
    kind: string,
    fromId: string,
    toId: string,
    by: string,
  ): Promise<void> => {
    const rows = await transaction.secret.findMany({ where: { kind, objectId: fromId } });
    for (const row of rows) {
      const value = decryptSecret(key, row, row.ciphertext);
      const name = { kind, objectId: toId, field: row.field };
      const ciphertext = new Uint8Array(encryptSecret(key, name, value));
      await transaction.secret.upsert({
        where: { kind_objectId_field: name },
        create: { ...name, ciphertext, updatedBy: by },
        update: { ciphertext, updatedBy: by, updatedAt: new Date() },
      });
    }
  },
});
