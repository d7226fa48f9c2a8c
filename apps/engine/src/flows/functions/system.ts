/** secret_equals, gethostname, syslog, rate (`hsl.md` §7.8, §7.9). */
import { createHash, timingSafeEqual } from "node:crypto";
import { type FunctionBody, ScriptError } from "@sluice/hsl";
import { bytesAt, numberAt, optionFlag, optionsAt } from "../arguments.ts";
import { type FlowHost, flowHost } from "../flow-host.ts";
import type { Counters, Window } from "../host/counters.ts";
import { textValue } from "../values.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

const levels = {
  emerg: "error",
  alert: "error",
  crit: "error",
  err: "error",
  warning: "warn",
  notice: "info",
  info: "info",
  debug: "debug",
} as const;

const digest = (bytes: string): Buffer =>
  createHash("sha256").update(Buffer.from(bytes, "latin1")).digest();

/** Hits that dry runs would have counted: each run sees its own, and nothing stays. */
const dryHits = new WeakMap<FlowHost, Map<string, number>>();

const dryRate = async (
  counters: Counters,
  question: Window,
  count: number,
  host: FlowHost,
): Promise<boolean | number> => {
  const before = await counters.count(question);
  if (before === null) return -1;
  const own = dryHits.get(host) ?? new Map<string, number>();
  dryHits.set(host, own);
  const key = `${question.namespace}\0${question.entry}\0${question.seconds}`;
  const hits = before + (own.get(key) ?? 0);
  if (count <= 0) return hits;
  if (hits >= count) return false;
  own.set(key, (own.get(key) ?? 0) + 1);
  return true;
};

export const systemFunctions = (counters: Counters): Bodies => ({
  secret_equals: (args) => {
    const [a, b] = [bytesAt(args, 0), bytesAt(args, 1)];
    const isSame = timingSafeEqual(digest(a), digest(b)); // of digests: lengths tell nothing
    return isSame && a !== "" && b !== "";
  },
  gethostname: (_args, run) => textValue(flowHost(run).hostName),
  syslog: (args, run) => {
    const names = Object.keys(levels);
    const given = args[0];
    const name = typeof given === "number" ? names[given & 7] : bytesAt(args, 0);
    const level = Object.entries(levels).find(([key]) => key === name)?.[1];
    if (level === undefined) throw new ScriptError("wrong-argument", "syslog: no such priority");
    flowHost(run).note(level, bytesAt(args, 1));
    return null;
  },
  rate: (args, run) => {
    const host = flowHost(run);
    const count = numberAt(args, 2);
    const seconds = numberAt(args, 3);
    if (!(seconds > 0 && seconds <= 31_536_000)) {
      throw new ScriptError("wrong-argument", "rate: the interval is between 0 and a year");
    }
    const question = {
      namespace: bytesAt(args, 0),
      entry: bytesAt(args, 1),
      seconds,
      now: host.now(),
      everywhere: optionFlag(optionsAt(args, 4), "sync", true),
    };
    if (host.observer.isDry) return dryRate(counters, question, count, host);
    if (count > 0) {
      return counters.hit(question, count).then((within) => (within === null ? -1 : within));
    }
    return counters.count(question).then((hits) => hits ?? -1);
  },
});
