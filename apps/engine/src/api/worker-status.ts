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
  const { rows } = await pool.query<{
    worker: string;
    revision: number | null;
    listeners: unknown;
  }>(
    `SELECT worker, revision, listeners FROM worker_status
     WHERE updated_at > now() - interval '1 minute' ORDER BY worker`,
  );
  return rows.flatMap(({ worker, revision, listeners }) => {
    const parsed = Listeners.safeParse(listeners);
    return parsed.success ? parsed.data.map((listener) => ({ worker, revision, ...listener })) : [];
  });
};

/**
 * Whether mail can come in: at first every worker of this machine must have tried its
 * ports, later one that lives is enough, for the others are being replaced.
 */
export const createReadiness = (options: {
  readonly pool: pg.Pool;
  readonly node: string;
  readonly workers: number;
}): (() => Promise<boolean>) => {
  let wanted = options.workers;
  return async () => {
    const { rows } = await options.pool.query<{ pid: number }>(
      `SELECT pid FROM worker_status
       WHERE worker LIKE $1 || ' worker-%' AND updated_at > now() - interval '1 minute'`,
      [options.node.replace(/[\\%_]/g, "\\$&")],
    );
    const isReady = rows.filter(({ pid }) => isAlive(pid)).length >= wanted;
    if (isReady) wanted = 1;
    return isReady;
  };
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};
