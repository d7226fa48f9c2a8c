/** The live revision with everything a worker needs to run it: file contents and clear secrets. */
import { type Settings, Settings as SettingsSchema } from "@sluice/settings";
import { secretFields } from "./certificate-key.ts";
import type { Store } from "./prisma.ts";
import { secretReferencesOf } from "./problems/secrets.ts";
import { decryptSecret, type SecretName } from "./secret-store.ts";

export type SecretAccess = {
  readonly key: Buffer;
  readonly environmentVariable: (name: string) => string | undefined;
};

export type SnapshotParts = {
  readonly revision: number;
  /** Changes with the revision and with every secret: what "is there something new?" compares. */
  readonly stamp: string;
  readonly settings: Settings;
  /** Content of stored files by digest. */
  readonly fileContents: ReadonlyMap<string, Buffer>;
  /** The clear text by `kind/objectId/field`; a secret that is not set is not there. */
  readonly secrets: ReadonlyMap<string, string>;
};

/** Names the newest revision and the state of the secrets; null before the first revision. */
export const snapshotStamp = async (store: Store): Promise<string | null> => {
  const [revision, secret, count] = await Promise.all([
    store.revision.findFirst({ orderBy: { number: "desc" }, select: { number: true } }),
    store.secret.findFirst({ orderBy: { updatedAt: "desc" }, select: { updatedAt: true } }),
    store.secret.count(),
  ]);
  if (revision === null) return null;
  return `${revision.number} ${secret?.updatedAt.getTime() ?? 0} ${count}`;
};

/** The newest revision, or the one asked for. */
export const loadSnapshotParts = async (
  store: Store,
  access: SecretAccess,
  number?: number,
): Promise<SnapshotParts> => {
  const stamp = await snapshotStamp(store);
  const row = await store.revision.findFirst({
    ...(number === undefined ? {} : { where: { number } }),
    orderBy: { number: "desc" },
  });
  if (row === null || stamp === null) {
    throw new Error(
      number === undefined ? "There is no revision yet." : `There is no revision ${number}.`,
    );
  }
  const settings = SettingsSchema.parse(row.settings);
  const digests = Object.values(settings.files).map(({ sha256 }) => sha256);
  const contents = await store.fileContent.findMany({ where: { sha256: { in: digests } } });
  return {
    revision: row.number,
    stamp,
    settings,
    fileContents: new Map(contents.map(({ sha256, bytes }) => [sha256, Buffer.from(bytes)])),
    secrets: await readSecrets(store, access, settings),
  };
};

const readSecrets = async (
  store: Store,
  { key, environmentVariable }: SecretAccess,
  settings: Settings,
): Promise<ReadonlyMap<string, string>> => {
  const stored = new Map(
    (await store.secret.findMany()).map((row) => [`${row.kind}/${row.objectId}/${row.field}`, row]),
  );
  const found = new Map<string, string>();
  const take = (kind: string, id: string, body: unknown): void => {
    for (const { field, secret } of secretReferencesOf(body)) {
      const name = `${kind}/${id}/${field}`;
      const row = secretFields(kind, body, field)
        .map((one) => stored.get(`${kind}/${id}/${one}`))
        .find((one) => one !== undefined);
      if (secret.startsWith("env ")) {
        const value = environmentVariable(secret.slice(4));
        if (value !== undefined && value !== "") found.set(name, value);
      } else if (row !== undefined) found.set(name, decryptSecret(key, row, row.ciphertext));
    }
  };
  for (const [id, body] of Object.entries(settings.transports)) take("transport", id, body);
  for (const [id, body] of Object.entries(settings.directories)) take("directory", id, body);
  for (const [id, body] of Object.entries(settings.certificates)) take("certificate", id, body);
  for (const [id, body] of Object.entries(settings.signers)) take("signer", id, body);
  return found;
};

/** One secret in the clear, for a test of a draft object; null: not set. */
export const loadSecret = async (
  store: Store,
  { key, environmentVariable }: SecretAccess,
  name: SecretName,
): Promise<string | null> => {
  const { kind, objectId, field } = name;
  const draft = await store.draftObject.findUnique({ where: { kind_id: { kind, id: objectId } } });
  const reference = secretReferencesOf(draft?.body).find((found) => found.field === field);
  if (reference?.secret.startsWith("env ") === true) {
    return environmentVariable(reference.secret.slice(4)) ?? null;
  }
  for (const one of secretFields(kind, draft?.body, field)) {
    const row = await store.secret.findFirst({ where: { kind, objectId, field: one } });
    if (row !== null) return decryptSecret(key, row, row.ciphertext);
  }
  return null;
};
