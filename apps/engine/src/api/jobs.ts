/** Actions on many messages: begun by one request, watched and stopped by others. They live as long as this process. */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
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
  /** Why those were left alone, as far as it is known. */
  readonly reasons: readonly { readonly why: string; readonly count: number }[];
  /** It has not begun, and stopping it undoes it; null: it has, or never waited. */
  readonly beginsAt: string | null;
  readonly error: string | null;
};

/** An item that a step did nothing to. */
export type LeftItem = { readonly id: string; readonly why: string };

export type Jobs = {
  readonly start: (work: {
    title: string;
    by: string;
    /** How long it may still be undone before it begins. */
    undoSeconds?: number | undefined;
    /** What to work on; asked once. */
    items: () => Promise<readonly string[]>;
    step: (items: readonly string[]) => Promise<{
      done: number;
      skipped: number;
      left?: readonly LeftItem[];
    }>;
  }) => JobView;
  readonly get: (id: string) => JobView;
  /** The first ten thousand items that were left alone. */
  readonly left: (id: string) => readonly LeftItem[];
  /** Newest first. */
  readonly list: () => readonly JobView[];
  readonly stop: (id: string) => void;
};

const stepSize = 500;
const kept = 100;
const mostLeft = 10_000;

type Job = {
  view: JobView;
  readonly stopping: AbortController;
  readonly left: LeftItem[];
};

const withReasons = (
  reasons: JobView["reasons"],
  left: readonly LeftItem[],
): JobView["reasons"] => {
  const counts = new Map(reasons.map(({ why, count }) => [why, count]));
  for (const { why } of left) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].map(([why, count]) => ({ why, count }));
};

export const createJobs = (
  clock: () => Date,
  report: (text: string, error: unknown) => void,
): Jobs => {
  const jobs = new Map<string, Job>();

  const find = (id: string): Job => {
    const job = jobs.get(id);
    if (job === undefined)
      throw new GatewayError("NOT_FOUND", "There is no such job; it may be long done.");
    return job;
  };

  return {
    start: ({ title, by, undoSeconds = 0, items, step }) => {
      const view: JobView = {
        id: randomUUID(),
        title,
        by,
        startedAt: clock().toISOString(),
        state: "running",
        total: 0,
        done: 0,
        skipped: 0,
        reasons: [],
        beginsAt:
          undoSeconds > 0 ? new Date(clock().getTime() + undoSeconds * 1000).toISOString() : null,
        error: null,
      };
      const job: Job = { view, stopping: new AbortController(), left: [] };
      const { signal } = job.stopping;
      jobs.set(view.id, job);
      for (const [id, old] of jobs) {
        if (jobs.size > kept && old.view.state !== "running") jobs.delete(id);
      }
      const run = async (): Promise<void> => {
        const all = await items();
        job.view = { ...job.view, total: all.length };
        if (undoSeconds > 0) {
          await setTimeout(undoSeconds * 1000, undefined, { signal }).catch(() => {}); // it was undone
          job.view = { ...job.view, beginsAt: null };
        }
        for (let start = 0; start < all.length && !signal.aborted; start += stepSize) {
          const { done, skipped, left = [] } = await step(all.slice(start, start + stepSize));
          job.left.push(...left.slice(0, mostLeft - job.left.length));
          job.view = {
            ...job.view,
            reasons: withReasons(job.view.reasons, left),
            done: job.view.done + done,
            skipped: job.view.skipped + skipped,
          };
        }
        job.view = { ...job.view, state: signal.aborted ? "stopped" : "done" };
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
    left: (id) => find(id).left,
    list: () => [...jobs.values()].map(({ view }) => view).reverse(),
    stop: (id) => {
      find(id).stopping.abort();
    },
  };
};
