/**
 * Accepts messages: concurrent sessions share a commit. While one commit is on
 * its way the next group forms by itself, so a quiet gateway answers at once and
 * a busy one spreads an fsync over many messages.
 *
 * Promises: `acceptMessage` resolves only after a commit that nothing is wrong
 * with. A notice, our own time-out or a lost connection means STORAGE_UNSURE:
 * perhaps stored, but not accepted (RFC 5321 §4.2.5).
 */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { GatewayError } from "../errors.ts";
import { acceptStatement } from "./accept-statement.ts";
import { insertLargeBody } from "./body-parts.ts";
import type { Acceptance, AcceptMessage, StoredBody } from "./queue-entry.ts";
import type { EntryRow, HeldRow } from "./queue-store.ts";

/** An entry that was committed leased to us: to be delivered from memory. */
export type TakenEntry = {
  readonly row: EntryRow;
  readonly epoch: string;
  readonly body: Buffer | null;
};

export type GroupCommitOptions = {
  readonly pool: pg.Pool;
  readonly epoch: () => string;
  readonly nextQueueId: () => string;
  readonly nextHopOf: (entry: { transport: string | null; recipient: string }) => string;
  /** Which of these next hops may have this many bytes delivered from memory? Any of them reserves the bytes. */
  readonly reserve: (bytes: number, nextHops: readonly string[]) => ReadonlySet<string>;
  readonly release: (bytes: number) => void;
  /** After the commit. */
  readonly onTaken: (entries: readonly TakenEntry[]) => void;
  /** Free entries were inserted: somebody should claim them. */
  readonly onFree: (queues: ReadonlySet<string>) => void;
  readonly onStored?: (messageIds: readonly string[]) => void;
  readonly commitMilliseconds?: number;
  readonly monotonic?: () => number;
  /** Has this process been at work for most of the time since it was asked before? */
  readonly hasLittleRest?: () => boolean;
};

type Waiting = {
  readonly acceptance: Acceptance;
  readonly bodies: {
    readonly body: StoredBody;
    readonly bodyId: string;
    readonly bytes: Buffer | null;
  }[];
  readonly entries: EntryRow[];
  readonly held: HeldRow[];
  readonly size: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

const nowhere: ReadonlySet<string> = new Set();
const largestGroup = 100;
const largestGroupBytes = 8 * 1024 * 1024;
const concurrentCommits = 2;
/** A second commit begins only when the first is slow, or much is waiting: few large groups cost less than many small ones. */
const slowMilliseconds = 20;
const muchWaiting = 50;
/**
 * While this process has little rest, the next messages are waited for this long, unless
 * so many are there already: a group of eight costs little more than one of three.
 */
const gatherMilliseconds = 5;
const enough = 8;
/** The part of its time that the event loop was at work. */
const littleRest = 0.6;
/** A large body takes its time; the client waits ten minutes (RFC 5321 §4.5.3.2.6). */
const slowestBytesPerMillisecond = 500;
/** After the disk was full. */
const fullMilliseconds = 5000;

export type GroupCommit = {
  readonly acceptMessage: AcceptMessage;
  readonly storageState: () => "ready" | "full";
  readonly close: () => Promise<void>;
};

export const createGroupCommit = (options: GroupCommitOptions): GroupCommit => {
  const { pool, commitMilliseconds = 30_000, monotonic = () => performance.now() } = options;
  const { hasLittleRest = watchLoop() } = options;
  let waiting: Waiting[] = [];
  let running = 0;
  let fullUntil = Number.NEGATIVE_INFINITY;
  const idle = new Set<() => void>();

  const prepare = (
    acceptance: Acceptance,
    settle: Pick<Waiting, "resolve" | "reject">,
  ): Waiting => {
    const { messageId, receivedAt, listener, revision } = acceptance;
    const entries: EntryRow[] = [];
    const held: HeldRow[] = [];
    let total = 0;
    const bodies = acceptance.bodies.map((body) => {
      const bodyId = randomUUID();
      const { memory, header } = body.content;
      const size = body.prefix.length + body.header.length + body.content.size - header.length;
      total += size;
      const bytes =
        memory === null
          ? null
          : Buffer.concat([body.prefix, body.header, memory.subarray(header.length)]);
      const rows = body.entries.map((entry) => ({
        ...entry,
        queueId: options.nextQueueId(),
        messageId,
        bodyId,
        size,
        receivedAt,
        listener,
        revision,
        nextHop: entry.queue === "incoming" ? "" : options.nextHopOf(entry),
      }));
      const atOnce = rows.filter(
        ({ queue, delaySeconds }) => queue === "outgoing" && delaySeconds === 0,
      );
      const hops =
        bytes === null || atOnce.length === 0
          ? nowhere
          : options.reserve(size, [...new Set(atOnce.map(({ nextHop }) => nextHop))]);
      for (const row of rows) {
        const isTaken = row.queue === "outgoing" && row.delaySeconds === 0 && hops.has(row.nextHop);
        entries.push({ ...row, isTaken });
      }
      for (const one of body.held)
        held.push({ ...one, messageId, bodyId, size, receivedAt, revision });
      return { body, bodyId, bytes };
    });
    return { acceptance, bodies, entries, held, size: total, ...settle };
  };

  const writeLarge = async (client: pg.ClientBase, group: readonly Waiting[]): Promise<void> => {
    for (const { body, bodyId, bytes } of group.flatMap(({ bodies }) => bodies)) {
      if (bytes === null) await insertLargeBody(client, bodyId, body);
    }
  };

  /** Small messages: everything in one statement, whose end is the commit. */
  const writeSmall = async (
    client: pg.PoolClient,
    group: readonly Waiting[],
    epoch: string,
  ): Promise<boolean> => {
    const { rows } = await client.query<{ taken: boolean }>(
      acceptStatement({
        epoch,
        bodies: group.flatMap(({ bodies }) =>
          bodies.flatMap(({ bodyId, bytes }) => (bytes === null ? [] : [{ bodyId, bytes }])),
        ),
        entries: group.flatMap(({ entries }) => entries),
        held: group.flatMap(({ held }) => held),
        records: group.map(({ acceptance }) => acceptance.history),
      }),
    );
    return rows[0]?.taken === true;
  };

  const writeInParts = async (
    client: pg.PoolClient,
    group: readonly Waiting[],
    epoch: string,
  ): Promise<boolean> => {
    await client.query("BEGIN");
    await writeLarge(client, group);
    const isTaken = await writeSmall(client, group, epoch);
    await client.query("COMMIT");
    return isTaken;
  };

  /** Says whether the entries that were to be taken are ours. */
  const write = async (
    client: pg.PoolClient,
    group: readonly Waiting[],
    epoch: string,
  ): Promise<boolean> => {
    let warning: string | null = null;
    const onNotice = (notice: {
      code?: string | undefined;
      message?: string | undefined;
    }): void => {
      if (notice.code?.startsWith("01") || notice.code === "57P01")
        warning = notice.message ?? "notice";
    };
    client.on("notice", onNotice);
    try {
      const isLarge = group.some(({ bodies }) => bodies.some(({ bytes }) => bytes === null));
      const isTaken = await (isLarge ? writeInParts : writeSmall)(client, group, epoch);
      if (warning !== null) throw new Error(`the commit came with a notice: ${warning}`);
      return isTaken;
    } finally {
      client.off("notice", onNotice);
    }
  };

  const commit = async (group: readonly Waiting[], epoch: string): Promise<boolean> => {
    let client: pg.PoolClient;
    try {
      client = await pool.connect();
    } catch (cause) {
      throw new GatewayError("STORAGE_UNREACHABLE", "The database does not answer.", { cause });
    }
    let timer: NodeJS.Timeout | undefined;
    const bytes = group.reduce((sum, { size }) => sum + size, 0);
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error("no answer to the commit in time")),
        commitMilliseconds + bytes / slowestBytesPerMillisecond,
      );
    });
    try {
      const isTaken = await Promise.race([write(client, group, epoch), timeout]);
      client.release();
      return isTaken;
    } catch (cause) {
      client.release(true); // whatever it did, this connection is not used again
      if (
        cause instanceof pg.DatabaseError &&
        cause.code !== undefined &&
        !cause.code.startsWith("57") &&
        !cause.code.startsWith("08")
      ) {
        if (cause.code === "53100") {
          fullUntil = monotonic() + fullMilliseconds; // then one message may try again
          throw new GatewayError("STORAGE_FULL", "The database's disk is full.", { cause });
        }
        throw cause; // the statement was wrong: one of the group is to blame
      }
      throw cause instanceof GatewayError
        ? cause
        : new GatewayError("STORAGE_UNSURE", "Nobody can say whether the message was stored.", {
            cause,
          });
    } finally {
      clearTimeout(timer);
    }
  };

  const fail = (group: readonly Waiting[], error: unknown): void => {
    const reason =
      error instanceof GatewayError
        ? error
        : new GatewayError("INTERNAL", "The message could not be stored.", { cause: error });
    for (const one of group) {
      releaseTaken(one);
      one.reject(reason);
    }
  };

  const releaseTaken = ({ bodies, entries }: Waiting): void => {
    for (const { bodyId, bytes } of bodies) {
      if (bytes !== null && entries.some((entry) => entry.bodyId === bodyId && entry.isTaken)) {
        options.release(bytes.length);
      }
    }
  };

  const succeed = (group: readonly Waiting[], epoch: string, isTaken: boolean): void => {
    const taken: TakenEntry[] = [];
    const free = new Set<string>();
    for (const one of group) {
      const { bodies, entries, resolve } = one;
      if (!isTaken) releaseTaken(one);
      const bytesOf = new Map(bodies.map(({ bodyId, bytes }) => [bodyId, bytes]));
      for (const row of entries) {
        if (row.isTaken && isTaken)
          taken.push({ row, epoch, body: bytesOf.get(row.bodyId) ?? null });
        else if (row.delaySeconds === 0) free.add(row.queue);
      }
      resolve();
    }
    if (taken.length > 0) options.onTaken(taken);
    if (free.size > 0) options.onFree(free);
    options.onStored?.(group.map(({ acceptance }) => acceptance.messageId));
  };

  const store = async (group: readonly Waiting[]): Promise<void> => {
    const epoch = options.epoch();
    succeed(group, epoch, await commit(group, epoch));
  };

  const run = async (group: readonly Waiting[]): Promise<void> => {
    try {
      await store(group);
    } catch (error) {
      if (group.length === 1 || error instanceof GatewayError) {
        fail(group, error);
        return;
      }
      // one bad message must not take the others with it
      for (const one of group) await store([one]).catch((alone: unknown) => fail([one], alone));
    }
  };

  const nextGroup = (): Waiting[] => {
    let bytes = 0;
    let count = 0;
    for (const one of waiting) {
      if (count > 0 && (bytes + one.size > largestGroupBytes || count >= largestGroup)) break;
      bytes += one.size;
      count += 1;
    }
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return group;
  };

  let isSlow = false;
  /** Until then more are waited for. */
  let gathering: NodeJS.Timeout | undefined;
  const mayBegin = (): boolean =>
    waiting.length > 0 &&
    (gathering === undefined || waiting.length >= enough) &&
    (running === 0 || (running < concurrentCommits && (isSlow || waiting.length >= muchWaiting)));

  const gather = (): void => {
    clearTimeout(gathering);
    gathering = setTimeout(() => {
      gathering = undefined;
      pump();
    }, gatherMilliseconds);
  };

  const pump = (): void => {
    while (mayBegin()) {
      running += 1;
      const timer = setTimeout(() => {
        isSlow = true;
        pump();
      }, slowMilliseconds);
      const group = nextGroup();
      void run(group).finally(() => {
        clearTimeout(timer);
        running -= 1;
        if (running === 0) isSlow = false;
        if (group.length > 1 && hasLittleRest()) gather();
        pump();
        if (running === 0 && waiting.length === 0) for (const wake of idle) wake();
      });
    }
  };
  let isScheduled = false;

  return {
    acceptMessage: (acceptance) =>
      new Promise((resolve, reject) => {
        waiting.push(prepare(acceptance, { resolve, reject }));
        if (isScheduled) return;
        isScheduled = true;
        setImmediate(() => {
          isScheduled = false;
          pump();
        });
      }),
    storageState: () => (monotonic() < fullUntil ? "full" : "ready"),
    close: () =>
      new Promise((resolve) => {
        if (running === 0 && waiting.length === 0) resolve();
        else idle.add(resolve);
      }),
  };
};

const watchLoop = (): (() => boolean) => {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization > littleRest;
  };
};
