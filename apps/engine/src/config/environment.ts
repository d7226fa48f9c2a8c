/** The only reader of process.env: where data lives and how we start. All else is in the settings. */
import { availableParallelism } from "node:os";
import path from "node:path";
import { z } from "zod";

const Variables = z.object({
  SLUICE_DATA_DIR: z.string().min(1).default("./data"),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must begin with postgresql://")
    .optional(),
  SLUICE_HTTP: z
    .string()
    .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, "must be ADDRESS:PORT")
    .default("127.0.0.1:8080"),
  SLUICE_WORKERS: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  SLUICE_SECRET_KEY_FILE: z.string().min(1).optional(),
  SLUICE_LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
});

/** What docs/reference/environment.md says of each. */
export const environmentVariables: Readonly<
  Record<keyof z.input<typeof Variables>, { readonly default: string; readonly help: string }>
> = {
  SLUICE_DATA_DIR: {
    default: "`./data`",
    help: "The data folder: our own PostgreSQL, the key file, the token of the command line. Made when it is not there, and closed to everybody else. A folder that is named here is never moved; the default is, to `/var/lib/sluice`, when root starts Sluice in a place its own user cannot enter. The command line finds the gateway by it, so give both the same.",
  },
  DATABASE_URL: {
    default: "our own PostgreSQL in the data folder",
    help: "`postgresql://USER:PASSWORD@HOST:PORT/DATABASE` of a PostgreSQL of yours, with a database that holds nothing else. Several machines with the same one share settings, queue, quarantine and history; give each the same key file.",
  },
  SLUICE_HTTP: {
    default: "`127.0.0.1:8080`",
    help: "`ADDRESS:PORT` of the web app and its API. It speaks HTTP without TLS: let a proxy on the same machine do that.",
  },
  SLUICE_WORKERS: {
    default: "the number of processors",
    help: "Processes that take, judge and deliver mail, 1 to 256.",
  },
  SLUICE_SECRET_KEY_FILE: {
    default: "`secret.key` in the data folder",
    help: "The key that passwords and private keys in the database are encrypted with: 32 bytes in base64. Made at the first start when it is not there. Without it they cannot be read again.",
  },
  SLUICE_LOG_LEVEL: {
    default: "`info`",
    help: "What goes into the log: `debug`, `info`, `warn` or `error`.",
  },
};

export type Environment = {
  readonly dataFolder: string;
  /** The folder was chosen by SLUICE_DATA_DIR. */
  readonly dataFolderNamed: boolean;
  readonly databaseUrl: string | null; // null: our own PostgreSQL
  readonly http: { readonly host: string; readonly port: number };
  readonly workers: number;
  readonly secretKeyFile: string;
  readonly logLevel: "debug" | "info" | "warn" | "error";
};

/** `dataFolder` overrules the variable. Throws an Error that names each variable that is wrong and why. */
export const readEnvironment = (
  variables: Readonly<Record<string, string | undefined>> = process.env,
  dataFolder?: string,
): Environment => {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = Variables.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The environment is wrong.\n  ${lines.join("\n  ")}`);
  }
  const { data } = parsed;
  const colon = data.SLUICE_HTTP.lastIndexOf(":");
  const folder = dataFolder ?? path.resolve(data.SLUICE_DATA_DIR);
  return {
    dataFolder: folder,
    dataFolderNamed: given["SLUICE_DATA_DIR"] !== undefined,
    databaseUrl: data.DATABASE_URL ?? null,
    http: {
      host: data.SLUICE_HTTP.slice(0, colon).replace(/^\[|\]$/g, ""),
      port: Number(data.SLUICE_HTTP.slice(colon + 1)),
    },
    workers: data.SLUICE_WORKERS,
    secretKeyFile: data.SLUICE_SECRET_KEY_FILE ?? path.join(folder, "secret.key"),
    logLevel: data.SLUICE_LOG_LEVEL,
  };
};
