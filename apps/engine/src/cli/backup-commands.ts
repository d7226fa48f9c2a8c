/** `sluice backup` and `sluice restore`: with the database itself, not through the API, so that neither needs a gateway. */
import { createReadStream } from "node:fs";
import { type BackupHeader, writeRecords } from "../backup/backup-file.ts";
import { writeBackupFile } from "../backup/backup-target.ts";
import { examineKey, type KeyPlace, nothingToPut, readKey } from "../backup/key-file.ts";
import { openForBackup, openForRestore } from "../backup/open-database.ts";
import { restoreBackup } from "../backup/restore-backup.ts";
import { backupRecords } from "../backup/write-backup.ts";
import { readEnvironment } from "../config/environment.ts";
import { version } from "../config/version.ts";
import { createPool, type DatabaseAddress } from "../database/connection.ts";
import { appendAudit } from "../store/audit.ts";
import { createPrisma, inTransaction } from "../store/prisma.ts";
import { type Command, CommandError, oneWord } from "./invocation.ts";

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const audit = async (
  address: DatabaseAddress,
  action: string,
  after: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const pool = createPool(address, { max: 1, name: action });
  try {
    await inTransaction(createPrisma(pool), (transaction) =>
      appendAudit(
        transaction,
        { name: "command line", address: "" },
        { action, object: "database", after },
      ),
    );
  } finally {
    await pool.end();
  }
};

const keyWords = (key: BackupHeader["key"], secrets: number): string => {
  if (key?.value != null) return "The key file is in it: whoever has the backup has every secret.";
  return secrets === 0
    ? "The key file is not in it; no secret is set."
    : "The key file is not in it: keep a copy of it elsewhere, or its secrets cannot be read again (--with-key puts it in).";
};

export const backup: Command = async (invocation) => {
  const file = oneWord(invocation, "file");
  const { withKey, withoutHistory } = invocation;
  const isPiped = file === "-";
  if (isPiped && invocation.json) {
    throw new CommandError(2, "Standard output is the backup: there is no place for --json.");
  }
  const database = await openForBackup(readEnvironment(), say);
  try {
    const key = readKey(database.environment.secretKeyFile, withKey);
    if (withKey && key === null) {
      throw new CommandError(1, `There is no key file ${database.environment.secretKeyFile}.`);
    }
    let header: BackupHeader | null = null;
    let rows: Readonly<Record<string, number>> = {};
    const { address } = database;
    const records = backupRecords({ address, version, withHistory: !withoutHistory, key });
    const bytes = await writeBackupFile(file, (sink) =>
      writeRecords(
        (async function* () {
          for await (const record of records) {
            if (record.kind === "header") header = record;
            if (record.kind === "end") rows = record.rows;
            yield record;
          }
        })(),
        sink,
      ),
    );
    await audit(address, "backup.write", { withKey, withHistory: !withoutHistory });
    const { secrets = 0, at = "" } = (header ?? {}) as Partial<BackupHeader>; // set inside the generator
    const value = { file, bytes, at, version, withKey, withHistory: !withoutHistory, rows };
    const place = isPiped ? "standard output" : `${file}: ${bytes} bytes`;
    const text = `Backed up to ${place}, as of ${at}.\n${keyWords(key, secrets)}\n`;
    if (!isPiped) return { text, value };
    process.stderr.write(text); // standard output is the backup
    return { text: "", bytes: new Uint8Array(), value };
  } finally {
    await database.close();
  }
};

export const restore: Command = async (invocation) => {
  const file = oneWord(invocation, "file");
  const { replace, withoutSecrets, queue } = invocation;
  if (queue !== null && queue !== "hold" && queue !== "release") {
    throw new CommandError(2, "--queue is hold or release.");
  }
  const source = file === "-" ? process.stdin : createReadStream(file);
  const opened = new Promise<void>((resolve, reject) => {
    if (file === "-") resolve();
    source.once("open", () => resolve());
    source.once("error", (cause) =>
      reject(new CommandError(1, `The backup cannot be read: ${file}`, { cause })),
    );
  });
  await opened;
  const database = await openForRestore(readEnvironment(), say);
  let key: KeyPlace = nothingToPut;
  try {
    const { address, environment, user } = database;
    const { header, rows, held, applied } = await restoreBackup({
      address,
      source,
      replace,
      queue: queue ?? "hold",
      withSecrets: !withoutSecrets,
      examine: (found) => {
        if (!withoutSecrets) key = examineKey(environment.secretKeyFile, found, user);
      },
    });
    const keyLine = key.put();
    await audit(address, "backup.restore", { of: header.at, version: header.version });
    const value = { of: header.at, version: header.version, rows, held, applied };
    const lines = [
      `Restored the backup of ${header.at} (Sluice ${header.version}).`,
      ...(keyLine === null ? [] : [keyLine]),
      ...(applied.length === 0 ? [] : [`Migrations applied: ${applied.join(", ")}`]),
      ...(held === 0
        ? []
        : [
            `${held} queue entries are on hold, for they were most likely delivered after the backup. Once the gateway runs:`,
            "  sluice queue list reply:restore      what they are",
            "  sluice queue release reply:restore   deliver them after all",
            "  sluice queue retry queue:incoming    … and judge those that waited for their content flow",
          ]),
      ...(withoutSecrets
        ? ["Secrets were left out: set each again (sluice check tells which are missing)."]
        : []),
      "Everybody signs in again.",
    ];
    return { text: `${lines.join("\n")}\n`, value };
  } finally {
    key.discard();
    await database.close();
  }
};
