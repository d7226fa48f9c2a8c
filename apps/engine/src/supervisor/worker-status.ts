/** What a worker says of itself every few seconds, for the web app and the command line. */
import type pg from "pg";
import type { ListenerState } from "../listener/listener-set.ts";

export const writeWorkerStatus = async (
  pool: pg.Pool,
  status: {
    worker: string;
    startedAt: Date;
    revision: number;
    listeners: readonly ListenerState[];
  },
): Promise<void> => {
  await pool.query({
    name: "worker-status",
    text: `INSERT INTO worker_status (worker, pid, started_at, updated_at, revision, listeners)
      VALUES ($1, $2, $3, now(), $4, $5)
      ON CONFLICT (worker) DO UPDATE SET pid = excluded.pid, started_at = excluded.started_at,
        updated_at = now(), revision = excluded.revision, listeners = excluded.listeners`,
    values: [
      status.worker,
      process.pid,
      status.startedAt,
      status.revision,
      JSON.stringify(status.listeners),
    ],
  });
};
