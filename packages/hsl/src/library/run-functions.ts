import type { RunContext } from "../host.ts";
import { gives, integerAt, numberAt, parameter, reserveText, wrongArgument } from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

/** In every engine this runs on, though this package is typed without them. */
declare const setTimeout: (work: () => void, milliseconds: number) => unknown;
declare const clearTimeout: (timer: unknown) => void;

const longestSleep = 10;

/** Waits, but not after the run is cancelled; the machine looks at the signal when it goes on. */
const sleep = (run: RunContext, seconds: number): Promise<number> => {
  const startedAt = run.host.monotonic();
  const { signal } = run.host;
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve(Math.max(0, run.host.monotonic() - startedAt));
    };
    const timer = setTimeout(end, seconds * 1000);
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted === true) end();
  });
};

const randomBytes = (run: RunContext, count: number): number[] =>
  Array.from({ length: count }, () => Math.floor(run.host.random() * 256) & 255);

const hex = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** RFC 9562 §5.4 */
const uuid4 = (run: RunContext): string => {
  const bytes = randomBytes(run, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

/** Microseconds, then chance: numbers made later sort later. */
const serialNumber = (run: RunContext): string =>
  Math.floor(run.host.now() * 1_000_000)
    .toString(16)
    .padStart(13, "0") + hex(randomBytes(run, 4));

export const runFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "sleep",
      role: "function",
      mayWait: true,
      summary: "Waits.",
      parameters: [parameter("seconds", "number", "How long; 10 at most.")],
      returns: gives("number", "The seconds it waited."),
      since: "classic",
      example: { script: "echo sleep(0) >= 0;", log: ["1"] },
    },
    (args, run) => {
      const seconds = numberAt(args, 0);
      return seconds > 0 ? sleep(run, Math.min(seconds, longestSleep)) : 0;
    },
  ),
  defineFunction(
    {
      name: "executiontime",
      role: "function",
      summary: "Tells for how long the script has been running.",
      parameters: [],
      returns: gives("number", "Seconds with a fraction, waits included."),
      since: "classic",
      example: { script: "echo executiontime() >= 0;", log: ["1"] },
    },
    (_args, run) => {
      const now = run.host.monotonic();
      const { startedAt = now } = run as RunContext & { readonly startedAt?: number };
      return Math.max(0, now - startedAt);
    },
  ),
  defineFunction(
    {
      name: "uptime",
      role: "function",
      summary: "Reads a clock that only goes forward, to measure how long something takes.",
      parameters: [],
      returns: gives("number", "Seconds with a fraction, counted from some moment in the past."),
      since: "classic",
      example: { script: "$t = uptime(); echo uptime() >= $t;", log: ["1"] },
    },
    (_args, run) => run.host.monotonic(),
  ),
  defineFunction(
    {
      name: "uuid",
      role: "function",
      summary: "Makes a name that nobody else makes.",
      parameters: [],
      returns: gives("string", "A random UUID (version 4)."),
      source: "RFC 9562 §5.4",
      since: "classic",
      example: { script: "echo strlen(uuid());", log: ["36"] },
    },
    (_args, run) => uuid4(run),
  ),
  defineFunction(
    {
      name: "serial",
      role: "function",
      summary: "Makes a serial number; later ones sort after earlier ones.",
      parameters: [],
      returns: gives("string", "Letters and digits, different each time."),
      since: "classic",
      example: { script: "echo serial() == serial();", log: ["0"] },
    },
    (_args, run) => serialNumber(run),
  ),
  defineFunction(
    {
      name: "random_bytes",
      role: "function",
      summary: "Draws random bytes.",
      parameters: [parameter("count", "number", "How many, 0 or more.")],
      returns: gives("string", "The bytes."),
      since: "modern",
      example: { script: "echo strlen(random_bytes(16));", log: ["16"] },
    },
    (args, run) => {
      const count = integerAt(args, 0);
      if (count < 0) throw wrongArgument("random_bytes", 0, "(count) must not be negative");
      reserveText(run, count);
      run.charge(count, 0);
      return randomBytes(run, count)
        .map((byte) => String.fromCharCode(byte))
        .join("");
    },
  ),
];
