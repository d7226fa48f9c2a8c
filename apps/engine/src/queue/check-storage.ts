/**
 * Is there room for mail, and would the database keep it?
 *
 * `checkStorage` stops a start with settings under which a commit is no receipt.
 * `watchStorage` looks while we run: below the high mark of free space, or above that
 * of waiting mail, new mail is answered 452; it is taken again past the low mark, so
 * that the answer does not change with every message.
 */
import { statfs } from "node:fs/promises";
import type pg from "pg";
import { createIncomingMark } from "./incoming-mark.ts";
import type { AcceptMessage } from "./queue-entry.ts";

const required: Readonly<Record<string, readonly string[]>> = {
  fsync: ["on"],
  full_page_writes: ["on"],
  synchronous_commit: ["on", "remote_apply", "remote_write"],
};

/** Throws an Error that names each unsafe setting and its cure. */
export const checkStorage = async (pool: pg.Pool): Promise<void> => {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE name = ANY ($1)",
    [Object.keys(required)],
  );
  const wrong = rows.filter(({ name, setting }) => required[name]?.includes(setting) !== true);
  if (wrong.length === 0) return;
  const lines = wrong.map(
    ({ name, setting }) => `  ${name} = ${setting}, must be ${required[name]?.join(" or ")}`,
  );
  throw new Error(
    `PostgreSQL would lose accepted mail in a crash. Change these settings of the server:\n${lines.join("\n")}`,
  );
};

export type StorageLimits = {
  /** Less free space than this is too little. */
  readonly minimumFreeMegabytes: number;
  /** Entries that may wait for their content flow. */
  readonly incomingLimit: number;
};

export type StorageWatch = {
  /** May this listener take mail? Only mail without direct processing waits for its content flow. */
  readonly state: (listener: { readonly directProcessing: boolean }) => "ready" | "full";
  /** Refuses what is past the mark when its turn comes, however many began before it was reached. */
  readonly guarded: (accept: AcceptMessage) => AcceptMessage;
  /** Looks at once. */
  readonly look: () => Promise<void>;
  readonly close: () => void;
};

/** Free space must exceed the high mark by this factor. */
const freeFactor = 1.25;

export const watchStorage = (options: {
  readonly pool: Pick<pg.Pool, "query">;
  /** Where the data, and our own database, are kept. */
  readonly folder: string;
  readonly limits: () => StorageLimits;
  /** Workers that take mail beside each other; each gets its part of the room. */
  readonly workers?: number;
  readonly report: (text: string) => void;
  /** Bytes that we may still write there. */
  readonly freeBytes?: (folder: string) => Promise<number>;
  readonly milliseconds?: number;
}): StorageWatch => {
  const { pool, folder, report, freeBytes = freeBytesOf, milliseconds = 1000 } = options;
  const incoming = createIncomingMark({
    pool,
    limit: () => options.limits().incomingLimit,
    workers: options.workers ?? 1,
    report,
  });
  let isDiskFull = false;

  const lookAtDisk = async (): Promise<void> => {
    const free = (await freeBytes(folder)) / 1_000_000;
    const mark = options.limits().minimumFreeMegabytes;
    const isFull = free < (isDiskFull ? mark * freeFactor : mark);
    if (isFull !== isDiskFull) {
      report(
        isFull
          ? `Only ${Math.floor(free)} MB are free in ${folder}: new mail is answered 452 until there are ${Math.ceil(mark * freeFactor)} MB.`
          : `${Math.floor(free)} MB are free in ${folder}: mail is taken again.`,
      );
    }
    isDiskFull = isFull;
  };

  const look = async (): Promise<void> => {
    await lookAtDisk();
    await incoming.look();
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(() => {}) // what we knew stays; a database that does not answer refuses mail by itself
      .finally(() => {
        isLooking = false;
      });
  }, milliseconds);
  timer.unref();

  return {
    state: ({ directProcessing }) =>
      isDiskFull || (incoming.isFull() && !directProcessing) ? "full" : "ready",
    guarded: incoming.guarded,
    look,
    close: () => clearInterval(timer),
  };
};

const freeBytesOf = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};
