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

/** flow → node → outcome; without a key that would be joined anew for every step. */
type Sums = Map<string, Map<string, Map<string | null, Sum>>>;

const ofKey = <Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

export const createActivity = (milliseconds = 10_000): Activity => {
  let sums: Sums = new Map();
  let writtenAt = 0;
  let everything = false;

  const add = (
    flow: string,
    node: string,
    outcome: string | null,
    count: number,
    microseconds: number,
  ): void => {
    const nodes = ofKey(sums, flow, () => new Map<string, Map<string | null, Sum>>());
    const outcomes = ofKey(nodes, node, () => new Map<string | null, Sum>());
    const sum = ofKey(outcomes, outcome, () => ({
      flow,
      node,
      outcome,
      count: 0,
      microseconds: 0,
    }));
    sum.count += count;
    sum.microseconds += microseconds;
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
      const all = [...taken.values()].flatMap((nodes) =>
        [...nodes.values()].flatMap((outcomes) => [...outcomes.values()]),
      );
      const rows = all.map((sum) => ({
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
          for (const [index, sum] of all.entries()) {
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
