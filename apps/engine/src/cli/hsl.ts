/**
 * `sluice hsl FILE`: runs a script, or only checks it, without a gateway. DNS, HTTP
 * and directories are really asked; nothing is sent. What is heavy is loaded when
 * it is needed, so that a check answers at once.
 */
import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

export type CommandIo = {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
};

export const hslUsage =
  "sluice hsl FILE [--flow KIND] [--vars JSON] [--files DIR] [--message FILE.eml] [--dns HOST:PORT] [--check] [--json]";

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
    const script = (await readFile(options.file, "utf8")).replace(/^\uFEFF/, "");
    const answer = await (options.isCheck ? check(script, options) : run(script, options));
    print(answer, options, io);
    return answer.diagnostics.some(({ severity }) => severity === "error") ? 1 : 0;
  } catch (error) {
    io.stderr(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
};

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

const readOptions = (args: readonly string[]): Options => {
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
    },
  });
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

const readVariables = (text: string | undefined): Readonly<Record<string, unknown>> => {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error("--vars is no JSON.", { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error('--vars is an object: {"senderip": "192.0.2.1"}.');
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.replace(/^\$/, ""), inner]),
  );
};

/** The files of a folder by their names; names that the file store could not hold are left out. */
const readFiles = async (folder: string | null): Promise<ReadonlyMap<string, Buffer>> => {
  const files = new Map<string, Buffer>();
  if (folder === null) return files;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile() || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(entry.name)) continue;
    files.set(entry.name, await readFile(path.join(folder, entry.name)));
  }
  return files;
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

const run = async (script: string, options: Options): Promise<Answer> => {
  const [{ blocks }, { executors }, { Settings }, { createScriptRunner }, { createFlowServices }] =
    await Promise.all([
      import("@sluice/blocks/definitions"),
      import("@sluice/blocks/executors"),
      import("@sluice/settings"),
      import("../flows/run-script-once.ts"),
      import("../flows/create-services.ts"),
    ]);
  const files = await readFiles(options.files);
  const services = createFlowServices({
    pool: null,
    accept: () => Promise.reject(new Error("Nothing is sent from here.")),
    alarm: () => {},
  });
  const runScript = createScriptRunner({ services, blocks, executors, hostName: hostname() });
  const { log, verdict, diagnostics } = await runScript({
    kind: options.kind,
    script,
    variables: options.variables,
    message: options.message === null ? null : await readFile(options.message),
    snapshot: {
      revision: 0,
      settings: Settings.parse({
        gateway: {
          ...(options.dns === null ? {} : { resolvers: [options.dns] }),
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

const print = (answer: Answer, options: Options, io: CommandIo): void => {
  if (options.isJson) {
    io.stdout(`${JSON.stringify(answer)}\n`);
    return;
  }
  for (const line of answer.log) io.stdout(`${line}\n`);
  for (const { severity, message, line, column } of answer.diagnostics) {
    io.stderr(`${options.file}:${line}:${column}: ${severity}: ${message}\n`);
  }
  if (options.isCheck) return;
  const { verdict } = answer;
  const argument = verdict?.text ?? verdict?.arg;
  if (verdict !== null) {
    io.stdout(`${verdict.action}${argument === undefined ? "" : `: ${argument}`}\n`);
  } else if (answer.diagnostics.every(({ severity }) => severity !== "error")) {
    io.stdout("The script ends without an action.\n");
  }
};
