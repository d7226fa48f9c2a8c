/**
 * `sluice hsl FILE`: runs a script, or only checks it, without a gateway. DNS, HTTP
 * and directories are really asked; nothing is sent. What is heavy is loaded when
 * it is needed, so that a check answers at once.
 */
import { hostname } from "node:os";
import { parseArgs } from "node:util";
import {
  byteThatIsNoText,
  readFiles,
  readInput,
  readStandardInput,
  readVariables,
} from "./hsl-input.ts";

export type CommandIo = {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
};

export const hslUsage =
  "sluice hsl FILE [--flow KIND] [--vars JSON] [--files DIR] [--message FILE.eml] [--dns HOST:PORT] [--check] [--json]\nFILE is a script, or - for standard input.";

const kinds = ["ip-policy", "authentication", "recipient", "content", "delivery"] as const;

type Told = {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
};

type Answer = {
  readonly log: readonly string[];
  readonly verdict: { action: string; text?: string; arg?: string } | null;
  readonly diagnostics: readonly Told[];
};

/** 0: the script is right and ran to its end. */
export const runHslCommand = async (args: readonly string[], io: CommandIo): Promise<number> => {
  try {
    const options = readOptions(args);
    if (options === null) {
      io.stdout(`${hslUsage}\n`);
      return 0;
    }
    const bytes = await (options.file === "-" ? readStandardInput() : readInput(options.file));
    const script = bytes.toString("utf8").replace(/^\uFEFF/, "");
    const foreign = byteThatIsNoText(bytes);
    const answer =
      foreign === null
        ? await (options.isCheck ? check(script, options) : run(script, options, io))
        : failed("not-utf8", foreign.message, foreign.line, foreign.column);
    print(answer, options, io);
    return answer.diagnostics.some(({ severity }) => severity === "error") ? 1 : 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (args.includes("--json")) io.stdout(`${JSON.stringify(failed("not-run", message))}\n`);
    else io.stderr(`${message}\n`);
    return 1;
  }
};

/** The answer when nothing could be checked. */
const failed = (code: string, message: string, line = 1, column = 1): Answer => ({
  log: [],
  verdict: null,
  diagnostics: [{ severity: "error", code, message, line, column }],
});

type Options = {
  readonly file: string;
  readonly kind: (typeof kinds)[number];
  readonly variables: Readonly<Record<string, unknown>>;
  readonly files: string | null;
  readonly message: string | null;
  readonly dns: string | null;
  readonly isCheck: boolean;
  readonly isJson: boolean;
};

const readOptions = (args: readonly string[]): Options | null => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      flow: { type: "string" },
      vars: { type: "string" },
      files: { type: "string" },
      message: { type: "string" },
      dns: { type: "string" },
      check: { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return null;
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new Error(hslUsage);
  const kind = kinds.find((one) => one === (values.flow ?? "content"));
  if (kind === undefined) throw new Error(`--flow is one of ${kinds.join(", ")}.`);
  return {
    file,
    kind,
    variables: readVariables(values.vars),
    files: values.files ?? null,
    message: values.message ?? null,
    dns: values.dns ?? null,
    isCheck: values.check ?? false,
    isJson: values.json ?? false,
  };
};

const check = async (script: string, options: Options): Promise<Answer> => {
  const [{ blocks }, { environmentFor }, { compile, fullMessage }, { scriptFiles }] =
    await Promise.all([
      import("@sluice/blocks/definitions"),
      import("@sluice/flow-schema"),
      import("@sluice/hsl"),
      import("../flows/script-files.ts"),
    ]);
  const files = await readFiles(options.files);
  const { diagnostics } = compile(script, environmentFor(options.kind, blocks), {
    resolve: scriptFiles((name) => files.get(name) ?? null),
  });
  const full = diagnostics.map((each) => told({ ...each, message: fullMessage(each) }));
  return { log: [], verdict: null, diagnostics: full };
};

const told = ({ severity, code, message, line, column }: Told): Told => ({
  ...{ severity, code, message, line, column },
});

const nameServer = async (text: string): Promise<string> => {
  const { parseNameServer } = await import("../flows/host/dns-exchange.ts");
  const address = text.replace(/^localhost(?=:|$)/, "127.0.0.1");
  const server = parseNameServer(address);
  if (server !== null && server.port > 0 && server.port < 65_536) return address;
  throw new Error("--dns is an address and a port: 127.0.0.1:5353, or [::1]:5353.");
};

const run = async (script: string, options: Options, io: CommandIo): Promise<Answer> => {
  const [
    { blocks },
    { environmentFor },
    { executors },
    { Settings },
    { createScriptRunner },
    { createFlowServices },
  ] = await Promise.all([
    import("@sluice/blocks/definitions"),
    import("@sluice/flow-schema"),
    import("@sluice/blocks/executors"),
    import("@sluice/settings"),
    import("../flows/run-script-once.ts"),
    import("../flows/create-services.ts"),
  ]);
  const known = environmentFor(options.kind, blocks).variables;
  for (const name of Object.keys(options.variables)) {
    if (known.has(name) || name === "attempted") continue;
    io.stderr(`--vars: a flow of the kind ${options.kind} has no $${name}.\n`);
  }
  const files = await readFiles(options.files);
  const services = createFlowServices({
    pool: null,
    accept: () => Promise.reject(new Error("Nothing is sent from here.")),
    alarm: () => {},
  });
  const runScript = createScriptRunner({
    ...{ services, blocks, executors, hostName: hostname() },
    // nobody else waits here: the steps end a script, not how busy the machine is
    limits: { cpuMilliseconds: 10_000 },
  });
  const { log, verdict, diagnostics } = await runScript({
    kind: options.kind,
    script,
    variables: options.variables,
    message: options.message === null ? null : await readInput(options.message),
    snapshot: {
      revision: 0,
      settings: Settings.parse({
        gateway: {
          ...(options.dns === null ? {} : { resolvers: [await nameServer(options.dns)] }),
          // who runs this can reach what he likes; the rules are for scripts of a gateway
          httpAllowPrivate: ["0.0.0.0/0", "::/0"],
        },
      }),
      flows: new Map(),
      file: (name) => files.get(name) ?? null,
      secret: () => null,
    },
  });
  await services.close();
  return { log, verdict, diagnostics: diagnostics.map(told) };
};

/** What a sender wrote must not steer the terminal; line ends and tabs stay. */
const harmless = (text: string): string =>
  text.replace(/(?!\r?\n|\t)\p{Cc}/gu, (control) => {
    const code = control.charCodeAt(0).toString(16).padStart(2, "0");
    return `\\x${code}`;
  });

const print = (answer: Answer, options: Options, io: CommandIo): void => {
  if (options.isJson) {
    io.stdout(`${JSON.stringify(answer)}\n`);
    return;
  }
  for (const line of answer.log) io.stdout(`${harmless(line)}\n`);
  for (const { severity, message, line, column } of answer.diagnostics) {
    io.stderr(`${options.file}:${line}:${column}: ${severity}: ${harmless(message)}\n`);
  }
  if (options.isCheck) return;
  const { verdict } = answer;
  const argument = verdict?.text ?? verdict?.arg;
  if (verdict !== null) {
    io.stdout(`${verdict.action}${argument === undefined ? "" : `: ${harmless(argument)}`}\n`);
  } else if (answer.diagnostics.every(({ severity }) => severity !== "error")) {
    io.stdout("The script ends without an action.\n");
  }
};
