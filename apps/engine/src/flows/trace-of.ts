/**
 * Makes the trace of a run from what its host noted: which probes fired when, the
 * look-ups, and the lines. Cheap enough to be always on.
 */
import type { Origin } from "@sluice/flow-schema";
import { originAt } from "@sluice/flow-schema";
import type { RunResult } from "@sluice/hsl";
import { HslArray, toText, type Value } from "@sluice/hsl";
import { type FlowHost, textOf } from "./flow-host.ts";
import type { FlowTrace, TraceLookup, TraceStep } from "./trace.ts";

type OpenStep = {
  node: string;
  title: string;
  outcome: string | null;
  startMicroseconds: number;
  microseconds: number;
  lookups: TraceLookup[];
  log: string[];
};

export const traceOf = (
  host: FlowHost,
  result: RunResult,
  origins: readonly (Origin | undefined)[],
): FlowTrace => {
  const { flow, marks, lookups, lines, startedAt } = host;
  const endedAt = host.monotonic();
  const steps: OpenStep[] = [];
  let open: OpenStep | null = null;
  const enter = (node: string, startMicroseconds: number): OpenStep => {
    const title = flow.titles?.get(node) ?? node;
    const step = {
      node,
      title,
      outcome: null,
      startMicroseconds,
      microseconds: 0,
      lookups: [],
      log: [],
    };
    steps.push(step);
    return step;
  };
  let nextLookup = 0;
  let nextLine = 0;
  // what was noted before a mark belongs to the step that was open then
  const collect = (until: number): void => {
    const hasMore = (one: { after: number } | undefined): boolean =>
      one !== undefined && one.after <= until;
    if (!hasMore(lookups[nextLookup]) && !hasMore(lines[nextLine])) return;
    // a script may do something before the first statement that has a probe
    open ??= enter(firstNode(flow.origins), 0);
    for (let one = lookups[nextLookup]; one !== undefined && one.after <= until; ) {
      open.lookups.push(one.lookup);
      one = lookups[++nextLookup];
    }
    for (let one = lines[nextLine]; one !== undefined && one.after <= until; ) {
      open.log.push(one.text);
      one = lines[++nextLine];
    }
  };
  for (let at = 0; at < marks.length; at += 2) {
    const origin = origins[marks[at] ?? -1];
    if (origin === undefined) continue;
    const microseconds = ((marks[at + 1] ?? startedAt) - startedAt) * 1e6;
    collect(at);
    if (origin.outcome !== undefined) {
      if (open?.node === origin.node) {
        open.outcome ??= origin.outcome;
        open.microseconds = Math.round(microseconds - open.startMicroseconds);
      }
      continue;
    }
    // its first statement may run again, or late; a flow has no way back, so this is the same step
    if (open?.node === origin.node && open.outcome === null) continue;
    if (open !== null && open.outcome === null) {
      open.microseconds = Math.round(microseconds - open.startMicroseconds);
    }
    open = enter(origin.node, Math.round(microseconds));
  }
  collect(Number.POSITIVE_INFINITY);
  const total = Math.round((endedAt - startedAt) * 1e6);
  if (open !== null && open.outcome === null) {
    open.microseconds = Math.max(0, total - open.startMicroseconds);
  }
  return {
    flow: flow.id,
    kind: flow.kind,
    revision: flow.revision,
    recipient: host.facts.envelope?.recipient ?? null,
    steps: steps satisfies readonly TraceStep[],
    ending: endingOf(host, result),
    error: result.kind === "error" ? faultOf(host, result.error) : null,
    microseconds: total,
  };
};

const firstNode = (origins: readonly Origin[]): string =>
  origins.find(({ outcome }) => outcome === undefined)?.node ?? "";

const faultOf = (
  host: FlowHost,
  { code, message, line, column, offset }: (RunResult & { kind: "error" })["error"],
): FlowTrace["error"] => ({
  code,
  message: host.masked(message),
  line,
  column,
  node: originAt(host.flow.origins, offset)?.node ?? null,
});

/** "Reject("No such user")" as a person reads it. */
const endingOf = (host: FlowHost, result: RunResult): string => {
  switch (result.kind) {
    case "action": {
      const args = result.args.length === 0 ? "" : result.args.map(describeValue).join(", ");
      return host.masked(`${result.action}(${args})`);
    }
    case "end":
      return "end of flow";
    case "error":
      return "error";
    default:
      result satisfies never;
      return "";
  }
};

/** A value as the language writes it, cut at 1,000 characters. */
export const describeValue = (value: Value): string => {
  const text = describe(value);
  return text.length > 1000 ? `${text.slice(0, 999)}…` : text;
};

const describe = (value: Value): string => {
  if (typeof value === "string") return JSON.stringify(textOf(value.slice(0, 1000)));
  if (value === null) return "none";
  if (typeof value === "boolean") return String(value);
  return textOf(toText(value instanceof HslArray ? withoutSecrets(value) : value).slice(0, 4000));
};

const secretKey = /password|secret|token|authorization|cookie/i;

/** Options such as `sasl_password` are not shown. */
const withoutSecrets = (array: HslArray): HslArray => {
  const keys = [...array.keys()];
  const isRecord = keys.some((key) => typeof key === "string");
  const mayHide = (key: string | number): boolean =>
    secretKey.test(String(key)) || array.get(key) instanceof HslArray;
  if (!isRecord || !keys.some(mayHide)) return array;
  return HslArray.fromEntries(
    keys.map((key) => {
      const value = array.get(key);
      if (typeof key === "string" && secretKey.test(key)) return [key, "***"] as const;
      return [key, value instanceof HslArray ? withoutSecrets(value) : value] as const;
    }),
  );
};
