/**
 * One run of one flow: the compiled script on a host, then the verdict and the
 * trace. A run in which nothing waits is over when the call returns.
 */
import { type BlockRegistry, type FlowKind, flowKinds, type Origin } from "@sluice/flow-schema";
import type { ExecutorRegistry } from "@sluice/flow-schema/execution";
import type { Limits, RunResult } from "@sluice/hsl";
import { type HistoryWriter, scriptComponent } from "../history/history.ts";
import { FlowHost, type FlowTable, type RunFacts } from "./flow-host.ts";
import type { MaybeLater, Ran } from "./flow-input.ts";
import { functionTable } from "./function-table.ts";
import { createScriptMemory } from "./host/script-memory.ts";
import { limitsOf } from "./limits.ts";
import type { LiveFlow } from "./live-flow.ts";
import { secureRandom } from "./secure-random.ts";
import type { FlowServices } from "./services.ts";
import type { FlowTrace } from "./trace.ts";
import { traceOf } from "./trace-of.ts";
import { variablesOf } from "./variables.ts";

export type FlowClock = {
  /** Unix seconds with fraction. */
  readonly now: () => number;
  /** Seconds that never go back. */
  readonly monotonic: () => number;
  readonly random: () => number;
};

export const systemClock: FlowClock = {
  now: () => Date.now() / 1000,
  monotonic: () => performance.now() / 1000,
  random: secureRandom,
};

export type FlowParts = {
  readonly services: FlowServices;
  readonly blocks: BlockRegistry;
  readonly executors: ExecutorRegistry;
  readonly history: Pick<HistoryWriter, "log" | "ran">;
  readonly hostName: string;
  readonly clock?: FlowClock | undefined;
  /** Nothing is counted, sent or stored, and no line reaches the log. */
  readonly isDry?: boolean | undefined;
  /** In place of what runs of the kind may use up. */
  readonly limits?: Partial<Limits> | undefined;
  /** Values that stand in for variables of the kind, in a dry run. */
  readonly given?: FlowTable["given"];
  /** Told how each run ended, before its verdict is made. */
  readonly ended?: ((result: RunResult) => void) | undefined;
};

export type RunOnce = <Verdict>(
  flow: LiveFlow,
  facts: RunFacts,
  input: unknown,
  verdictOf: (result: RunResult, host: FlowHost) => MaybeLater<Verdict>,
) => MaybeLater<Ran<Verdict>>;

export const createRunOnce = (parts: FlowParts): RunOnce => {
  const { history, clock = systemClock, isDry = false } = parts;
  const tables = new Map<FlowKind, FlowTable>();
  const memory = createScriptMemory(clock.monotonic);
  const tableOf = (kind: FlowKind): FlowTable => {
    const known = tables.get(kind);
    if (known !== undefined) return known;
    const table: FlowTable = {
      functions: functionTable(kind, parts.services, parts.blocks, parts.executors),
      variables: variablesOf[kind],
      limits: { ...limitsOf(kind), ...parts.limits },
      ...clock,
      hostName: parts.hostName,
      given: parts.given,
      memory,
    };
    tables.set(kind, table);
    return table;
  };
  // a gateway learns at its start what is missing; a dry run needs one kind only
  if (!isDry) for (const kind of flowKinds) tableOf(kind);

  const close = (host: FlowHost, result: RunResult): FlowTrace => {
    host.finish();
    const trace = traceOf(host, result, originsOf(host.flow));
    if (isDry) return trace;
    history.ran(trace);
    if (trace.error !== null) {
      const { code, message, line, column, node } = trace.error;
      const place = node === null ? "" : ` in the block ${node}`;
      history.log({
        level: "warn",
        component: "flows",
        messageId: host.facts.messageId,
        queueId: host.facts.queueId,
        text: `The flow ${host.flow.id} failed${place}, line ${line}, column ${column}: ${message} (${code})`,
      });
    }
    return trace;
  };

  return <Verdict>(
    flow: LiveFlow,
    facts: RunFacts,
    input: unknown,
    verdictOf: (result: RunResult, host: FlowHost) => MaybeLater<Verdict>,
  ): MaybeLater<Ran<Verdict>> => {
    const table = tableOf(flow.kind);
    const { messageId, queueId } = facts;
    const host = new FlowHost(table, flow, facts, input, {
      isDry,
      line: (level, text) => {
        if (!isDry) history.log({ level, component: scriptComponent, messageId, queueId, text });
      },
    });
    const finish = (result: RunResult): MaybeLater<Ran<Verdict>> => {
      parts.ended?.(result);
      const verdict = verdictOf(result, host);
      if (verdict instanceof Promise) {
        return verdict.then((made: Verdict) => ({ verdict: made, trace: close(host, result) }));
      }
      return { verdict, trace: close(host, result) };
    };
    const result = flow.script.run(host);
    return result instanceof Promise ? result.then(finish) : finish(result);
  };
};

const known = new WeakMap<LiveFlow, readonly (Origin | undefined)[]>();

/** Origins by their id, which is the probe's. */
const originsOf = (flow: LiveFlow): readonly (Origin | undefined)[] => {
  const kept = known.get(flow);
  if (kept !== undefined) return kept;
  const origins: (Origin | undefined)[] = [];
  for (const origin of flow.origins) origins[origin.id] = origin;
  known.set(flow, origins);
  return origins;
};
