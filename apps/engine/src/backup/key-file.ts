/** The key that secrets are encrypted with: told apart by a fingerprint, taken along only when asked for. */
import { createHash } from "node:crypto";
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import type { SystemUser } from "../database/system-user.ts";
import { readSecretKey } from "../store/secret-store.ts";
import type { BackupHeader } from "./backup-file.ts";

const fingerprintOf = (key: Buffer): string =>
  createHash("sha256").update("sluice key file\n").update(key).digest("hex").slice(0, 32);

/** null: there is no key file here. */
export const readKey = (file: string, withValue: boolean): BackupHeader["key"] => {
  if (!existsSync(file)) return null;
  const key = readSecretKey(file);
  return { fingerprint: fingerprintOf(key), value: withValue ? key.toString("base64") : null };
};

export type KeyPlace = {
  /** Once the database is restored; gives a sentence when something was done. */
  readonly put: () => string | null;
  /** Removes what was not put. */
  readonly discard: () => void;
};

export const nothingToPut: KeyPlace = { put: () => null, discard: () => {} };

/** Throws when the secrets of the backup could not be read here. The key of the backup is written, and not yet in place. */
export const examineKey = (
  file: string,
  { key, secrets }: BackupHeader,
  user: SystemUser | null,
): KeyPlace => {
  const present = readKey(file, false);
  if (key === null || present?.fingerprint === key.fingerprint) return nothingToPut;
  const { value } = key;
  if (value === null) {
    if (secrets === 0) return nothingToPut;
    throw new Error(
      `The secrets of this backup are encrypted with another key file than ${file}. Put the one of that time there (or name it in SLUICE_SECRET_KEY_FILE), or leave the secrets out with --without-secrets.`,
    );
  }
  const fresh = `${file}.restored`;
  rmSync(fresh, { force: true });
  const descriptor = openSync(fresh, "wx", 0o600);
  writeSync(descriptor, `${value}\n`);
  fsyncSync(descriptor);
  closeSync(descriptor);
  if (user !== null) chownSync(fresh, user.uid, user.gid);
  return {
    put: () => {
      const old = `${file}.before-restore`;
      const hadOne = existsSync(file);
      if (hadOne) renameSync(file, old);
      renameSync(fresh, file);
      return `The key file of the backup is in ${file}${hadOne ? `; the one before is ${old}` : ""}.`;
    },
    discard: () => rmSync(fresh, { force: true }),
  };
};
