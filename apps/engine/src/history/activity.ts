/**
 * How often each wire of each flow was taken: summed up here, written as a few
 * rows every ten seconds, so that the numbers on the canvas cost nothing per
 * message.
 */
import type { FlowTrace } from "../flows/trace.ts";
import type { Statement } from "./history-rows.ts";
import { jsonText } from "./json-text.ts";

type Sum = {
  readonly flow: string;
  readonly node: string;
  readonly outcome: string | null;
  count: number;
  microseconds: number;
};

const insertActivity = `
INSERT INTO flow_activity (at, flow, node, outcome, count, microseconds)
SELECT at, flow, node, outcome, count, microseconds
FROM json_to_recordset($1::json) AS row (at timestamptz, flow text, node text, outcome text,
  count bigint, microseconds bigint)`;

export type Activity = {
  readonly add: (trace: FlowTrace) => void;
  /** What is to be written now; `taken` when that has happened. */
  readonly due: (now: Date) => { readonly statements: Statement[]; readonly taken: () => void };
  /** Everything is due from now on, whatever the clock says. */
  readonly all: () => void;
  readonly milliseconds: number;
};

export const createActivity = (milliseconds = 10_000): Activity => {
  let sums = new Map<string, Sum>();
  let writtenAt = 0;
  let everything = false;

  const add = (
    flow: string,
    node: string,
    outcome: string | null,
    count: number,
    microseconds: number,
  ): void => {
    const key = `${flow}\0${node}\0${outcome ?? "\0"}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { flow, node, outcome, count, microseconds });
    else {
      sum.count += count;
      sum.microseconds += microseconds;
    }
  };

  return {
    milliseconds,
    add: ({ flow, steps, microseconds }) => {
      add(flow, "", null, 1, microseconds);
      for (const step of steps) add(flow, step.node, step.outcome, 1, step.microseconds);
    },
    all: () => {
      everything = true;
    },
    due: (now) => {
      const isDue = everything || Math.abs(now.getTime() - writtenAt) >= milliseconds;
      if (!isDue || sums.size === 0) return { statements: [], taken: () => {} };
      const taken = sums;
      const rows = [...taken.values()].map((sum) => ({
        at: now,
        ...sum,
        microseconds: Math.round(sum.microseconds),
      }));
      return {
        statements: [{ name: "history-activity", text: insertActivity, values: [jsonText(rows)] }],
        taken: () => {
          writtenAt = now.getTime();
          const since = sums;
          sums = new Map();
          if (since !== taken) return;
          // what was added while the rows were written
          for (const [index, sum] of [...taken.values()].entries()) {
            const row = rows[index];
            if (row === undefined || sum.count === row.count) continue;
            const { flow, node, outcome } = sum;
            add(flow, node, outcome, sum.count - row.count, sum.microseconds - row.microseconds);
          }
        },
      };
    },
  };
};
