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
