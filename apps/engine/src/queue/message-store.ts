/**
 * Puts messages into the database, several in one commit.
 *
 * Promises: `store` resolves only after a commit that nothing is wrong with. A notice, our own
 * time-out or a lost connection means STORAGE_UNSURE: perhaps stored, but not for certain.
 */
import pg from "pg";
import { GatewayError } from "../errors.ts";
import { acceptStatement } from "./accept-statement.ts";
import { insertLargeBody } from "./body-parts.ts";
import type { Storable } from "./storable.ts";

export type MessageStore = {
  /**
   * False: the lease of `epoch` is over, and entries that were to be taken under it are free.
   * Rejects with a GatewayError when the storage is to blame, with another error when a message is.
   */
  readonly store: (group: readonly Storable[], epoch: string) => Promise<boolean>;
  readonly state: () => "ready" | "full";
};

export type MessageStoreOptions = {
  readonly pool: pg.Pool;
  readonly commitMilliseconds?: number;
  readonly monotonic?: () => number;
};

/** A large body takes its time; the client waits ten minutes (RFC 5321 §4.5.3.2.6). */
const slowestBytesPerMillisecond = 500;
/** After the disk was full. */
const fullMilliseconds = 5000;

export const createMessageStore = (options: MessageStoreOptions): MessageStore => {
  const { pool, commitMilliseconds = 30_000, monotonic = () => performance.now() } = options;
  let fullUntil = Number.NEGATIVE_INFINITY;

  const store = async (group: readonly Storable[], epoch: string): Promise<boolean> => {
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

  return { store, state: () => (monotonic() < fullUntil ? "full" : "ready") };
};

/** Says whether the entries that were to be taken are ours. */
const write = async (
  client: pg.PoolClient,
  group: readonly Storable[],
  epoch: string,
): Promise<boolean> => {
  let warning: string | null = null;
  const onNotice = (notice: { code?: string | undefined; message?: string | undefined }): void => {
    if (notice.code?.startsWith("01") || notice.code === "57P01")
      warning = notice.message ?? "notice";
  };
  client.on("notice", onNotice);
  try {
    const isLarge = group.some(({ bodies }) => bodies.some(({ source }) => source !== null));
    const isTaken = await (isLarge ? writeInParts : writeSmall)(client, group, epoch);
    if (warning !== null) throw new Error(`the commit came with a notice: ${warning}`);
    return isTaken;
  } finally {
    client.off("notice", onNotice);
  }
};

/** Small messages: everything in one statement, whose end is the commit. */
const writeSmall = async (
  client: pg.PoolClient,
  group: readonly Storable[],
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
      records: group.map(({ record }) => record),
    }),
  );
  return rows[0]?.taken === true;
};

const writeInParts = async (
  client: pg.PoolClient,
  group: readonly Storable[],
  epoch: string,
): Promise<boolean> => {
  await client.query("BEGIN");
  for (const { source, bodyId } of group.flatMap(({ bodies }) => bodies)) {
    if (source !== null) await insertLargeBody(client, bodyId, source);
  }
  const isTaken = await writeSmall(client, group, epoch);
  await client.query("COMMIT");
  return isTaken;
};
