/**
 * Mail that this worker accepted and delivers at once. Until it is delivered, or a moment has
 * passed, it stands in the worker's journal; then the database takes it over: its history, and
 * bodies and entries of what is still owed. Most mail is gone by then and leaves history only.
 *
 * Promises: a message is in the journal before it is accepted (`keep`), and leaves it only
 * after a commit of the database with nothing wrong. If the process dies, the journal is read
 * by the next one (`recoverJournals`). A message whose record is in history is the database's,
 * whatever the journal says.
 */
import type pg from "pg";
import { GatewayError } from "../../errors.ts";
import { withResults } from "../../history/with-results.ts";
import type { Lease } from "../lease.ts";
import type { MessageStore } from "../message-store.ts";
import type { Settled } from "../settle-statement.ts";
import type { Storable } from "../storable.ts";
import type { JournalFiles } from "./journal-files.ts";
import type { Ended } from "./record.ts";
import { storedAlready } from "./stored-already.ts";

/** Stands where the epoch of a lease does for entries that are in no table. */
export const inHand = "in hand";

export type MailInHand = {
  /** Resolves when all of it is on the disk. */
  readonly keep: (messages: readonly Storable[]) => Promise<void>;
  /** How an attempt ended. `done`: it is recorded. */
  readonly add: (settled: Settled, done: () => void) => void;
  /** Nobody here works on these any more. Resolves when they are entries of the database. */
  readonly free: (queueIds: readonly string[]) => Promise<void>;
  /** No database needs to be asked whose it is. */
  readonly holds: (queueId: string) => boolean;
  /** The lease was lost: what was handed over under it is no longer ours. */
  readonly forget: () => void;
  /** Hands over what can be; the rest stays in the journal for the next start. */
  readonly close: () => Promise<void>;
};

export type MailInHandOptions = {
  readonly files: JournalFiles;
  readonly store: MessageStore["store"];
  readonly pool: pg.Pool;
  readonly lease: Pick<Lease, "epoch" | "isCurrent">;
  /** Results of entries that the database has by now. */
  readonly settle: (settled: Settled, done: () => void) => void;
  readonly freeEntries: (epoch: string, queueIds: readonly string[]) => Promise<void>;
  readonly onFree: () => void;
  readonly onStored?: ((messageIds: readonly string[]) => void) | undefined;
  readonly report: (text: string, error?: unknown) => void;
  readonly restMilliseconds?: number;
  readonly againMilliseconds?: number;
  readonly monotonic?: () => number;
};

/** What is not delivered by then is the database's: other nodes can see it, and administrators. */
const restMilliseconds = 1000;
/** Finished messages gather for this long: their history is written in one statement. */
const gatherMilliseconds = 100;
const many = 100;
const largestGroup = 100;
const largestGroupBytes = 8 * 1024 * 1024;
const refusedMilliseconds = 10_000;
const closeMilliseconds = 5000;

type Kept = {
  readonly message: Storable;
  since: number;
  readonly leave: () => void;
  /** Not yet recorded anywhere but in the journal. */
  readonly results: Result[];
  /** Queue ids of entries without a result. */
  readonly open: Set<string>;
  /** Those that nobody here works on, and who waits for them to be told. */
  readonly freed: Set<string>;
  readonly waiting: (() => void)[];
  isGoing: boolean;
  sent: Sent | null;
};

/** What the last commit was to record, and under which lease; perhaps it did. */
type Sent = {
  readonly epoch: string;
  readonly results: readonly Result[];
  readonly freed: ReadonlySet<string>;
};
type Result = { readonly settled: Settled; readonly done: () => void };

/** No lease has this epoch: what somebody else has by now is not recorded. */
const nobodys = "0";

export const createMailInHand = (options: MailInHandOptions): MailInHand => {
  const { files, lease, report, monotonic = () => performance.now() } = options;
  const { againMilliseconds = 500, restMilliseconds: rest = restMilliseconds } = options;
  const kept = new Map<string, Kept>();
  /** Under which lease entries stand that were handed over before they had ended. */
  const handedOver = new Map<string, string>();
  const messageOf = new Map<string, string>();
  let ended: Ended[] = [];
  let going: Kept[] = [];
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const go = (one: Kept): void => {
    if (one.isGoing) return;
    one.isGoing = true;
    going.push(one);
    if (going.length >= many) void start();
    else timer ??= setTimeout(() => void start(), gatherMilliseconds);
  };

  const start = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    running ??= handOverAll().finally(() => {
      running = null;
      if (going.length > 0 && !isClosed)
        timer ??= setTimeout(() => void start(), gatherMilliseconds);
    });
    return running;
  };

  const handOverAll = async (): Promise<void> => {
    while (going.length > 0) {
      const group = nextGroup();
      try {
        await handOver(group);
      } catch (error) {
        going = [...group.filter((one) => kept.has(one.message.messageId)), ...going];
        report("mail of the journal could not be handed over to the database yet", error);
        await new Promise((resolve) => setTimeout(resolve, againMilliseconds));
        return;
      }
    }
  };

  const nextGroup = (): Kept[] => {
    let bytes = 0;
    let count = 0;
    for (const { message, open } of going) {
      if (count >= largestGroup || (count > 0 && bytes > largestGroupBytes)) break;
      if (open.size > 0) bytes += message.size;
      count += 1;
    }
    const group = going.slice(0, count);
    going = going.slice(count);
    return group;
  };

  const handOver = async (group: readonly Kept[]): Promise<void> => {
    const epoch = lease.epoch();
    const known = await storedAlready(
      options.pool,
      group.flatMap(({ message, sent }) => (sent === null ? [] : [message.messageId])),
    );
    const fresh = group.filter(({ message }) => !known.has(message.messageId));
    const rows = fresh.map((one) => rowsOf(one, epoch));
    if (!lease.isCurrent() && rows.some(({ entries }) => entries.length > 0))
      throw new Error("the lease is to be renewed first");
    let isTaken = true;
    try {
      if (rows.length > 0) isTaken = await options.store(rows, epoch);
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      const [only] = group;
      if (only !== undefined && group.length === 1) refused(only, error);
      // one bad message must not keep the others
      else for (const one of group) await handOver([one]);
      return;
    }
    for (const one of group) arrived(one, isTaken);
    options.onStored?.(group.map(({ message }) => message.messageId));
  };

  /** What is owed is kept at; history that the database does not take is lost. */
  const refused = (one: Kept, error: unknown): void => {
    const { message, open, results } = one;
    report(`the database does not take the message ${message.messageId}`, error);
    if (open.size === 0 && results.every(({ settled }) => settled.deferral === null)) {
      arrived(one, true);
      return;
    }
    one.isGoing = false;
    one.since = monotonic() + refusedMilliseconds;
  };

  /** What the database gets of it now. */
  const rowsOf = (one: Kept, epoch: string): Storable => {
    const { message, freed } = one;
    const results = one.results.filter(({ settled }) => settled.deferral === null);
    one.sent = { epoch, results, freed: new Set(freed) };
    const gone = new Set(results.map(({ settled }) => settled.queueId));
    const entries = message.entries.filter(({ queueId }) => !gone.has(queueId));
    return {
      ...message,
      entries: entries.map((entry) => ({ ...entry, isTaken: !freed.has(entry.queueId) })),
      bodies: message.bodies.filter(({ bodyId }) =>
        entries.some((entry) => entry.bodyId === bodyId),
      ),
      record: withResults(
        message.record,
        results.map(({ settled }) => settled),
      ),
    };
  };

  const arrived = (one: Kept, isTaken: boolean): void => {
    const { message, open, freed, sent } = one;
    const epoch = isTaken && sent !== null ? sent.epoch : nobodys;
    kept.delete(message.messageId);
    one.leave();
    for (const { queueId } of message.entries) messageOf.delete(queueId);
    for (const queueId of open) if (!freed.has(queueId)) handedOver.set(queueId, epoch);
    for (const result of one.results) {
      if (sent?.results.includes(result)) result.done();
      else options.settle({ ...result.settled, epoch }, result.done);
    }
    const freedMeanwhile = [...freed].filter((queueId) => sent?.freed.has(queueId) !== true);
    const told = (): void => {
      for (const resolve of one.waiting) resolve();
      if (freed.size > 0) options.onFree();
    };
    if (freedMeanwhile.length === 0) told();
    else void options.freeEntries(epoch, freedMeanwhile).finally(told);
  };

  const add = (settled: Settled, done: () => void): void => {
    const { queueId } = settled;
    const epoch = handedOver.get(queueId);
    if (epoch !== undefined) {
      handedOver.delete(queueId);
      options.settle({ ...settled, epoch }, done);
      return;
    }
    const one = kept.get(messageOf.get(queueId) ?? "");
    if (one === undefined) {
      done(); // freed before it ended: somebody else's by now
      return;
    }
    one.results.push({ settled, done });
    one.open.delete(queueId);
    if (settled.deferral === null) {
      const { messageId, recipient, event, outcome } = settled;
      ended.push({ queueId, messageId, recipient, event, outcome });
    }
    if (settled.deferral !== null || one.open.size === 0) go(one);
  };

  const free = async (queueIds: readonly string[]): Promise<void> => {
    const elsewhere = new Map<string, string[]>();
    const waits: Promise<void>[] = [];
    for (const queueId of queueIds) {
      const epoch = handedOver.get(queueId);
      if (epoch !== undefined) {
        handedOver.delete(queueId);
        elsewhere.set(epoch, [...(elsewhere.get(epoch) ?? []), queueId]);
        continue;
      }
      const one = kept.get(messageOf.get(queueId) ?? "");
      if (one === undefined) continue;
      one.freed.add(queueId);
      waits.push(new Promise((resolve) => one.waiting.push(resolve)));
      go(one);
    }
    for (const [epoch, ids] of elsewhere) waits.push(options.freeEntries(epoch, ids));
    await Promise.all(waits);
  };

  const handOverOld = setInterval(() => {
    const before = monotonic() - rest;
    for (const one of kept.values()) if (one.since <= before) go(one);
  }, rest / 4);
  handOverOld.unref();

  return {
    keep: async (messages) => {
      const told = ended.filter(({ messageId }) => kept.has(messageId));
      ended = [];
      let leave: () => void;
      try {
        leave = await files.write({ messages, ended: told });
      } catch (error) {
        ended = [...told, ...ended];
        throw error;
      }
      const since = monotonic();
      for (const message of messages) {
        kept.set(message.messageId, {
          message,
          since,
          leave,
          results: [],
          open: new Set(message.entries.map(({ queueId }) => queueId)),
          freed: new Set(),
          waiting: [],
          isGoing: false,
          sent: null,
        });
        for (const { queueId } of message.entries) messageOf.set(queueId, message.messageId);
      }
    },
    add,
    free,
    holds: (queueId) => messageOf.has(queueId),
    forget: () => handedOver.clear(),
    close: async () => {
      clearInterval(handOverOld);
      for (const one of kept.values()) {
        for (const queueId of one.open) one.freed.add(queueId);
        go(one);
      }
      const everything = async (): Promise<void> => {
        while (going.length > 0 || running !== null) await start();
      };
      let patience: NodeJS.Timeout | undefined;
      await Promise.race([
        everything(),
        new Promise<void>((resolve) => {
          patience = setTimeout(resolve, closeMilliseconds);
        }),
      ]);
      clearTimeout(patience);
      isClosed = true;
      clearTimeout(timer);
      await files.close();
    },
  };
};
