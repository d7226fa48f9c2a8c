/**
 * A worker's lease: one row that it renews. Entries name the lease's epoch.
 * Whoever stops renewing is taken for gone, and its entries are freed by any
 * other; when it comes back it finds its epoch missing, forgets what it had, and
 * begins a new one. Time is the database's.
 */
import type pg from "pg";

export type Lease = {
  /** The current epoch; changes after a lost lease. */
  readonly epoch: () => string;
  /** False once it may have run out: nothing new is begun before it is renewed. */
  readonly isCurrent: () => boolean;
  /** A block of ids for new entries. */
  readonly nextQueueId: () => string;
  readonly onLost: (listener: () => void) => void;
  readonly close: () => Promise<void>;
};

export type LeaseOptions = {
  readonly pool: pg.Pool;
  /** Node and worker; a restarted worker takes its own place at once. */
  readonly owner: string;
  readonly seconds?: number;
  /** Milliseconds of a clock that goes on while the process is stopped. */
  readonly monotonic?: () => number;
  readonly report: (text: string) => void;
};

const begin = async (pool: pg.Pool, owner: string, seconds: number): Promise<string> => {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const { rows: old } = await client.query<{ epoch: string }>({
      name: "lease-drop-own",
      text: "DELETE FROM worker_lease WHERE owner = $1 RETURNING epoch",
      values: [owner],
    });
    await client.query({
      name: "lease-free-entries",
      text: "UPDATE queue_entry SET lease_epoch = NULL WHERE lease_epoch = ANY ($1::bigint[])",
      values: [old.map((row) => row.epoch)],
    });
    const { rows } = await client.query<{ epoch: string }>({
      name: "lease-begin",
      text: `INSERT INTO worker_lease (epoch, owner, until)
        VALUES (nextval('lease_epoch'), $1, now() + make_interval(secs => $2)) RETURNING epoch`,
      values: [owner, seconds],
    });
    await client.query("COMMIT");
    const epoch = rows[0]?.epoch;
    if (epoch === undefined) throw new Error("no epoch");
    return epoch;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  } finally {
    client.release();
  }
};

/** Frees what expired leases held, and what names a lease that no longer exists. */
export const freeExpired = async (pool: pg.Pool): Promise<number> => {
  await pool.query({ name: "lease-expire", text: "DELETE FROM worker_lease WHERE until < now()" });
  const { rowCount } = await pool.query({
    name: "lease-free-orphans",
    text: `UPDATE queue_entry e SET lease_epoch = NULL WHERE e.lease_epoch IS NOT NULL
      AND NOT EXISTS (SELECT FROM worker_lease l WHERE l.epoch = e.lease_epoch)`,
  });
  return rowCount ?? 0;
};

export const createLease = async (options: LeaseOptions): Promise<Lease> => {
  const { pool, owner, seconds = 15, monotonic = () => performance.now(), report } = options;
  let since = monotonic(); // taken before the question, so that we never think it longer than it is
  let epoch = await begin(pool, owner, seconds);
  const blocks: { next: bigint; end: bigint }[] = [];
  const losses = new Set<() => void>();
  let isClosed = false;
  let isBusy = false;

  const takeBlock = async (): Promise<void> => {
    const { rows } = await pool.query<{ block: string }>({
      name: "queue-id-block",
      text: "SELECT nextval('queue_id_block') AS block",
    });
    const first = BigInt(rows[0]?.block ?? "0") * 1000n;
    blocks.push({ next: first, end: first + 1000n });
  };
  await takeBlock();
  await takeBlock();
  let isTaking = false;

  const renew = async (): Promise<void> => {
    const asked = monotonic();
    const { rowCount } = await pool.query({
      name: "lease-renew",
      text: "UPDATE worker_lease SET until = now() + make_interval(secs => $2) WHERE epoch = $1",
      values: [epoch, seconds],
    });
    if (rowCount === 0 && !isClosed) {
      report(`The lease of ${owner} (epoch ${epoch}) was lost; a new one begins.`);
      epoch = await begin(pool, owner, seconds);
      for (const listener of losses) listener();
    }
    since = asked;
    await freeExpired(pool);
  };
  const timer = setInterval(
    () => {
      if (isBusy || isClosed) return;
      isBusy = true;
      renew()
        .catch((error: unknown) => report(`The lease could not be renewed: ${String(error)}`))
        .finally(() => {
          isBusy = false;
        });
    },
    (seconds * 1000) / 3,
  );
  timer.unref();

  return {
    epoch: () => epoch,
    isCurrent: () => !isClosed && monotonic() - since < seconds * 1000,
    nextQueueId: () => {
      const [block] = blocks;
      if (block === undefined) throw new Error("no queue ids left");
      const id = block.next;
      block.next += 1n;
      if (block.next === block.end) blocks.shift();
      if (blocks.length < 3 && !isTaking) {
        isTaking = true;
        takeBlock()
          .catch(() => {}) // the next call tries again; running out is the error above
          .finally(() => {
            isTaking = false;
          });
      }
      return String(id);
    },
    onLost: (listener) => losses.add(listener),
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      await pool.query("UPDATE queue_entry SET lease_epoch = NULL WHERE lease_epoch = $1", [epoch]);
      await pool.query("DELETE FROM worker_lease WHERE epoch = $1", [epoch]);
    },
  };
};
