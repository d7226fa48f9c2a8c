/**
 * Records how attempts ended: entries removed or deferred, their events and the
 * message's outcome, several in one transaction. The commit need not wait for the
 * disk: if it is lost, the entries are tried again.
 */
import type pg from "pg";
import type { FlowTrace } from "../flows/trace.ts";
import type { HistoryEvent, Outcome } from "../history/event.ts";
import { eventStatements, outcomeStatements, traceStatements } from "../history/history-rows.ts";
import { type Deferral, deferEntries, removeEntries } from "../queue/queue-store.ts";

export type Settled = {
  readonly queueId: string;
  readonly messageId: string;
  readonly recipient: string;
  readonly event: HistoryEvent;
  readonly outcome: Outcome | null;
  readonly traces: readonly FlowTrace[];
  /** null: the entry is removed. */
  readonly deferral: Deferral | null;
};

export type Settlement = {
  readonly add: (settled: Settled, done: () => void) => void;
  /** Everything handed in is written. */
  readonly flush: () => Promise<void>;
};

const largest = 250;

export const createSettlement = (options: {
  pool: pg.Pool;
  epoch: () => string;
  onStored?: (messageIds: readonly string[]) => void;
  report: (text: string, error: unknown) => void;
}): Settlement => {
  let waiting: { settled: Settled; done: () => void }[] = [];
  let running: Promise<void> | null = null;
  let isScheduled = false;

  const write = async (group: readonly Settled[]): Promise<void> => {
    const client = await options.pool.connect();
    try {
      await client.query("BEGIN");
      await client.query("SET LOCAL synchronous_commit = off");
      const removed = group.filter(({ deferral }) => deferral === null);
      await removeEntries(
        client,
        options.epoch(),
        removed.map(({ queueId }) => queueId),
      );
      await deferEntries(
        client,
        options.epoch(),
        group.flatMap(({ deferral }) => deferral ?? []),
      );
      const statements = [
        ...eventStatements(group.map(({ messageId, event }) => ({ messageId, event }))),
        ...traceStatements(
          group.flatMap(({ messageId, traces, event }) =>
            traces.map((trace) => ({ messageId, at: event.at, trace })),
          ),
        ),
        ...outcomeStatements(
          group.flatMap(({ messageId, recipient, outcome }) =>
            outcome === null ? [] : [{ messageId, recipient, outcome }],
          ),
        ),
      ];
      for (const statement of statements)
        await client.query({ ...statement, values: [...statement.values] });
      await client.query("COMMIT");
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, largest);
      waiting = waiting.slice(largest);
      try {
        await write(group.map(({ settled }) => settled));
        options.onStored?.(group.map(({ settled }) => settled.messageId));
      } catch (error) {
        // the entries keep our lease until it ends, then somebody tries them again
        options.report("results of deliveries could not be written", error);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      for (const { done } of group) done();
    }
  };

  const start = (): Promise<void> => {
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  };

  return {
    add: (settled, done) => {
      waiting.push({ settled, done });
      if (isScheduled || running !== null) return;
      isScheduled = true;
      setTimeout(() => {
        isScheduled = false;
        void start();
      }, 5);
    },
    flush: async () => {
      while (waiting.length > 0 || running !== null) await start();
    },
  };
};
