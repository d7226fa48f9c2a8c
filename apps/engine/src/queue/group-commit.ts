/**
 * Accepts messages: concurrent sessions share a write. What this worker delivers at once is
 * written to its journal, where there is one; everything else, and everything when the journal
 * cannot be written, to the database.
 *
 * Promises: `acceptMessage` resolves only when the message is on stable storage for certain.
 * A commit with a notice, our own time-out or a lost connection means STORAGE_UNSURE: perhaps
 * stored, but not accepted (RFC 5321 §4.2.5).
 */
import type pg from "pg";
import { GatewayError } from "../errors.ts";
import { createGathering, type Gathering, watchLoop } from "./gathering.ts";
import { inHand, type MailInHand } from "./journal/mail-in-hand.ts";
import { createMessageStore, type MessageStore } from "./message-store.ts";
import type { AcceptMessage } from "./queue-entry.ts";
import type { EntryRow } from "./queue-store.ts";
import { reservedBytes, type Storable, type StorableOptions, toStorable } from "./storable.ts";

/** An entry that is ours from the start: to be delivered from memory. */
export type TakenEntry = {
  readonly row: EntryRow;
  readonly epoch: string;
  readonly body: Buffer | null;
};

export type GroupCommitOptions = StorableOptions & {
  readonly pool: pg.Pool;
  readonly epoch: () => string;
  readonly release: (bytes: number) => void;
  /** Where mail stands that is delivered at once; null: in the database. */
  readonly hand?: () => Pick<MailInHand, "keep"> | null;
  /** After the commit. */
  readonly onTaken: (entries: readonly TakenEntry[]) => void;
  /** Free entries were inserted: somebody should claim them. */
  readonly onFree: (queues: ReadonlySet<string>) => void;
  readonly onStored?: (messageIds: readonly string[]) => void;
  readonly report?: (text: string, error?: unknown) => void;
  readonly commitMilliseconds?: number;
  readonly monotonic?: () => number;
  readonly hasLittleRest?: () => boolean;
};

type Waiting = {
  readonly message: Storable;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

const gatherMilliseconds = 5;

export type GroupCommit = {
  readonly acceptMessage: AcceptMessage;
  /** The way into the database, for mail that comes from the journal. */
  readonly store: MessageStore["store"];
  readonly storageState: () => "ready" | "full";
  readonly close: () => Promise<void>;
};

export const createGroupCommit = (options: GroupCommitOptions): GroupCommit => {
  const { hasLittleRest = watchLoop(), hand = () => null } = options;
  const { store, state } = createMessageStore(options);

  const fail = (group: readonly Waiting[], error: unknown): void => {
    const reason =
      error instanceof GatewayError
        ? error
        : new GatewayError("INTERNAL", "The message could not be stored.", { cause: error });
    for (const { message, reject } of group) {
      options.release(reservedBytes(message));
      reject(reason);
    }
  };

  const succeed = (group: readonly Waiting[], epoch: string, isTaken: boolean): void => {
    const taken: TakenEntry[] = [];
    const free = new Set<string>();
    for (const { message, resolve } of group) {
      if (!isTaken) options.release(reservedBytes(message));
      const bytesOf = new Map(message.bodies.map(({ bodyId, bytes }) => [bodyId, bytes]));
      for (const row of message.entries) {
        if (row.isTaken && isTaken)
          taken.push({ row, epoch, body: bytesOf.get(row.bodyId) ?? null });
        else if (row.delaySeconds === 0) free.add(row.queue);
      }
      resolve();
    }
    if (taken.length > 0) options.onTaken(taken);
    if (free.size > 0) options.onFree(free);
  };

  const storeGroup = async (group: readonly Waiting[]): Promise<void> => {
    const epoch = options.epoch();
    const messages = group.map(({ message }) => message);
    succeed(group, epoch, await store(messages, epoch));
    options.onStored?.(messages.map(({ messageId }) => messageId));
  };

  const toDatabase = async (group: readonly Waiting[]): Promise<void> => {
    try {
      await storeGroup(group);
    } catch (error) {
      if (group.length === 1 || error instanceof GatewayError) {
        fail(group, error);
        return;
      }
      // one bad message must not take the others with it
      for (const one of group)
        await storeGroup([one]).catch((alone: unknown) => fail([one], alone));
    }
  };

  const toJournal = async (group: readonly Waiting[]): Promise<void> => {
    const kept = hand();
    try {
      if (kept === null) throw new Error("it has been closed");
      await kept.keep(group.map(({ message }) => message));
    } catch (error) {
      options.report?.("The journal cannot be written; the database takes the mail", error);
      for (const one of group) database.put(one);
      return;
    }
    succeed(group, inHand, true);
  };

  const common = { bytesOf: ({ message }: Waiting) => message.size, hasLittleRest };
  const database: Gathering<Waiting> = createGathering({
    ...common,
    write: toDatabase,
    gatherMilliseconds,
    atOnce: 2,
  });
  const journal: Gathering<Waiting> = createGathering({
    ...common,
    write: toJournal,
    gatherMilliseconds,
    atOnce: 1, // its files grow by one record after another
  });

  return {
    acceptMessage: (acceptance) =>
      new Promise((resolve, reject) => {
        const message = toStorable(acceptance, options);
        const isForJournal = hand() !== null && isAllTaken(message);
        (isForJournal ? journal : database).put({ message, resolve, reject });
      }),
    store,
    storageState: state,
    close: async () => {
      await journal.idle();
      await database.idle();
    },
  };
};

/** Everything about it happens in this worker. */
const isAllTaken = ({ bodies, entries, held }: Storable): boolean =>
  held.length === 0 &&
  entries.length > 0 &&
  entries.every(({ isTaken }) => isTaken) &&
  bodies.every(({ bytes }) => bytes !== null);
