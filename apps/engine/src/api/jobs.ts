/** Actions on many messages: begun by one request, watched and stopped by others. They live as long as this process. */
import { randomUUID } from "node:crypto";
import { GatewayError } from "../errors.ts";

export type JobView = {
  readonly id: string;
  readonly title: string;
  readonly by: string;
  readonly startedAt: string;
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly total: number;
  readonly done: number;
  readonly skipped: number;
  readonly error: string | null;
};

export type Jobs = {
  readonly start: (work: {
    title: string;
    by: string;
    /** What to work on; asked once. */
    items: () => Promise<readonly string[]>;
    step: (items: readonly string[]) => Promise<{ done: number; skipped: number }>;
  }) => JobView;
  readonly get: (id: string) => JobView;
  /** Newest first. */
  readonly list: () => readonly JobView[];
  readonly stop: (id: string) => void;
};

const stepSize = 500;
const kept = 100;

export const createJobs = (
  clock: () => Date,
  report: (text: string, error: unknown) => void,
): Jobs => {
  const jobs = new Map<string, { view: JobView; stopping: boolean }>();

  const find = (id: string): { view: JobView; stopping: boolean } => {
    const job = jobs.get(id);
    if (job === undefined)
      throw new GatewayError("NOT_FOUND", "There is no such job; it may be long done.");
    return job;
  };

  return {
    start: ({ title, by, items, step }) => {
      const view: JobView = {
        id: randomUUID(),
        title,
        by,
        startedAt: clock().toISOString(),
        state: "running",
        total: 0,
        done: 0,
        skipped: 0,
        error: null,
      };
      const job = { view, stopping: false };
      jobs.set(view.id, job);
      for (const [id, old] of jobs) {
        if (jobs.size > kept && old.view.state !== "running") jobs.delete(id);
      }
      const run = async (): Promise<void> => {
        const all = await items();
        job.view = { ...job.view, total: all.length };
        for (let start = 0; start < all.length && !job.stopping; start += stepSize) {
          const { done, skipped } = await step(all.slice(start, start + stepSize));
          job.view = {
            ...job.view,
            done: job.view.done + done,
            skipped: job.view.skipped + skipped,
          };
        }
        job.view = { ...job.view, state: job.stopping ? "stopped" : "done" };
      };
      run().catch((error: unknown) => {
        report(`The job “${title}” failed.`, error);
        const text =
          error instanceof GatewayError
            ? error.message
            : "Something went wrong; the log says what.";
        job.view = { ...job.view, state: "failed", error: text };
      });
      return job.view;
    },
    get: (id) => find(id).view,
    list: () => [...jobs.values()].map(({ view }) => view).reverse(),
    stop: (id) => {
      find(id).stopping = true;
    },
  };
};
