/**
 * Finds entries that the database calls ours and that nobody here works on: the
 * answer to a claim was lost with its connection, or a commit was in doubt and had
 * happened after all. Seen twice in a row, they are free again for everybody.
 */
import type pg from "pg";
import { freeEntries } from "./queue-store.ts";

export type StrayEntries = { readonly close: () => void };

export const watchStrayEntries = (options: {
  readonly pool: pg.Pool;
  readonly epoch: () => string;
  readonly isHeld: (queueId: string) => boolean;
  readonly report: (text: string, error?: unknown) => void;
  /** Longer than a commit may take. */
  readonly milliseconds?: number;
}): StrayEntries & { readonly look: () => Promise<number> } => {
  const { pool, report, milliseconds = 40_000 } = options;
  let suspects: ReadonlySet<string> = new Set();
  let suspectedEpoch = "";

  const look = async (): Promise<number> => {
    const epoch = options.epoch();
    const { rows } = await pool.query<{ queue_id: string }>({
      name: "entry-ours",
      text: "SELECT queue_id FROM queue_entry WHERE lease_epoch = $1",
      values: [epoch],
    });
    const nobodys = rows.map((row) => row.queue_id).filter((id) => !options.isHeld(id));
    const strays =
      epoch === suspectedEpoch ? nobodys.filter((queueId) => suspects.has(queueId)) : [];
    suspects = new Set(nobodys);
    suspectedEpoch = epoch;
    if (strays.length === 0) return 0;
    await freeEntries(pool, epoch, strays);
    report(`${strays.length} entries that nobody worked on are free again`);
    return strays.length;
  };

  const timer = setInterval(() => {
    look().catch((error: unknown) => report("stray entries could not be looked for", error));
  }, milliseconds);
  timer.unref();
  return { look, close: () => clearInterval(timer) };
};
