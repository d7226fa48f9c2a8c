/** What workers say of themselves, in the table they all write to. */
import type pg from "pg";
import { z } from "zod";
import type { ListenerStatus } from "./parts.ts";

const Listeners = z.array(
  z.object({
    listener: z.string(),
    state: z.enum(["listening", "failed"]),
    address: z.string().default(""),
    port: z.number().default(0),
    error: z.string().nullable().default(null),
    connections: z.number().default(0),
  }),
);

/** Rows older than a minute are of workers that are gone. */
export const readListenerStatus = async (pool: pg.Pool): Promise<readonly ListenerStatus[]> => {
  const { rows } = await pool.query<{ worker: string; listeners: unknown }>(
    `SELECT worker, listeners FROM worker_status
     WHERE updated_at > now() - interval '1 minute' ORDER BY worker`,
  );
  return rows.flatMap(({ worker, listeners }) => {
    const parsed = Listeners.safeParse(listeners);
    return parsed.success ? parsed.data.map((listener) => ({ worker, ...listener })) : [];
  });
};
