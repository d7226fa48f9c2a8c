/**
 * Hands the journals of processes that are gone over to the database. Whoever renames a
 * journal first has it; if that process dies too, it can be renamed again.
 *
 * Promises: a journal is removed only after everything in it is in the database. What was
 * delivered already is not delivered again as far as the journal knows.
 */
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { GatewayError } from "../../errors.ts";
import { withResults } from "../../history/with-results.ts";
import type { MessageStore } from "../message-store.ts";
import type { Storable } from "../storable.ts";
import { decodeFile, type Ended } from "./record.ts";
import { storedAlready } from "./stored-already.ts";

export type RecoverOptions = {
  readonly folder: string;
  readonly identity: string;
  /** Is this journal written to? */
  readonly isAlive: (identity: string) => boolean;
  readonly pool: pg.Pool;
  readonly store: MessageStore["store"];
  readonly report: (text: string, error?: unknown) => void;
};

const groupMessages = 100;
const groupBytes = 8 * 1024 * 1024;
/** Its entries are nobody's: no lease has this epoch. */
const nobodys = "0";

/** Returns how many messages are to be delivered by whoever claims them. One call at a time. */
export const recoverJournals = async (options: RecoverOptions): Promise<number> => {
  const { folder, identity, report } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let count = 0;
  for (const name of await readdir(folder)) {
    const [, owner, claimed] = /^(\d+-\d+)(\.\d+)?$/.exec(name) ?? [];
    if (owner === undefined) continue;
    const isOurs = owner === identity && claimed !== undefined; // could not be handed over before
    if (!isOurs && options.isAlive(owner)) continue;
    const own = isOurs ? path.join(folder, name) : await claim(options, name);
    if (own === null) continue;
    try {
      count += await recover(options, own);
    } catch (error) {
      report(`The journal ${own} could not be taken over yet; it is tried again.`, error);
    }
  }
  return count;
};

let claims = 0;

const claim = async (
  { folder, identity }: RecoverOptions,
  name: string,
): Promise<string | null> => {
  claims += 1;
  const own = path.join(folder, `${identity}.${claims}`);
  try {
    await rename(path.join(folder, name), own);
    return own;
  } catch {
    return null; // another worker was first
  }
};

const recover = async (options: RecoverOptions, own: string): Promise<number> => {
  const messages = new Map<string, Storable>();
  const ended = new Map<string, Ended>();
  const damaged: string[] = [];
  for (const name of (await readdir(own)).sort()) {
    const file = decodeFile(await readFile(path.join(own, name)));
    for (const message of file.messages) messages.set(message.messageId, message);
    for (const one of file.ended) ended.set(one.queueId, one);
    if (file.damagedBytes > 0) damaged.push(`${name} has ${file.damagedBytes} damaged bytes`);
  }
  let count = 0;
  for (const group of groupsOf([...messages.values()])) {
    const { owed, refused } = await handOver(options, group, ended);
    count += owed;
    damaged.push(...refused);
  }
  if (damaged.length === 0) await rm(own, { recursive: true });
  else {
    const kept = path.join(options.folder, `damaged-${path.basename(own)}`);
    await rename(own, kept);
    options.report(
      `A journal could not be taken over whole: ${damaged.join(", ")}. Everything else of it is in the database; the files are kept in ${kept}.`,
    );
  }
  return count;
};

const groupsOf = (messages: readonly Storable[]): Storable[][] => {
  const groups: Storable[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const last = groups.at(-1);
    if (last === undefined || last.length >= groupMessages || bytes + message.size > groupBytes) {
      groups.push([message]);
      bytes = 0;
    } else last.push(message);
    bytes += message.size;
  }
  return groups;
};

const handOver = async (
  options: RecoverOptions,
  group: readonly Storable[],
  ended: ReadonlyMap<string, Ended>,
): Promise<{ owed: number; refused: readonly string[] }> => {
  const known = await storedAlready(
    options.pool,
    group.map(({ messageId }) => messageId),
  );
  const fresh = group.filter(({ messageId }) => !known.has(messageId));
  const owed = fresh.map((message) => stillOwed(message, ended));
  const refused: string[] = [];
  let count = 0;
  const store = async (messages: readonly Storable[]): Promise<void> => {
    await options.store(messages, nobodys);
    count += messages.filter(({ entries }) => entries.length > 0).length;
  };
  try {
    if (owed.length > 0) await store(owed);
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    // one bad message must not keep the others
    for (const message of owed) {
      await store([message]).catch((alone: unknown) => {
        if (alone instanceof GatewayError) throw alone;
        refused.push(`the message ${message.messageId} is refused (${String(alone)})`);
      });
    }
  }
  return { owed: count, refused };
};

const stillOwed = (message: Storable, ended: ReadonlyMap<string, Ended>): Storable => {
  const entries = message.entries.filter(({ queueId }) => !ended.has(queueId));
  return {
    ...message,
    entries: entries.map((entry) => ({ ...entry, isTaken: false })),
    bodies: message.bodies.filter(({ bodyId }) => entries.some((entry) => entry.bodyId === bodyId)),
    record: withResults(
      message.record,
      message.entries.flatMap(({ queueId }) => ended.get(queueId) ?? []),
    ),
  };
};
