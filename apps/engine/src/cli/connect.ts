/** The API of the gateway that runs with our data folder. */
import { createTRPCClient, httpLink, type TRPCClient, TRPCClientError } from "@trpc/client";
import { z } from "zod";
import { readCommandLineToken } from "../api/command-line-token.ts";
import type { AppRouter } from "../api/router.ts";
import { readEnvironment } from "../config/environment.ts";
import { foldersOf } from "../database/data-folder.ts";
import { CommandError } from "./invocation.ts";

export type Api = TRPCClient<AppRouter>;

const findGateway = (): { address: string; token: string } => {
  const { dataFolder } = readEnvironment();
  const found = foldersOf(dataFolder)
    .map(readCommandLineToken)
    .find((candidate) => candidate !== null);
  if (found === undefined) {
    throw new CommandError(
      1,
      `No gateway has run with the data folder ${dataFolder}. Start one (sluice start), or name its folder in SLUICE_DATA_DIR.`,
    );
  }
  return found;
};

export const connect = (): Api => {
  const { address, token } = findGateway();
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${address}/trpc`,
        headers: { authorization: `Bearer ${token}` },
        fetch: (input, init) =>
          fetch(input, { ...init, signal: AbortSignal.timeout(120_000) } as RequestInit), // tRPC's own type of it is looser
      }),
    ],
  });
};

/** What a path for one download leads to. */
export const fetchDownload = async (place: string): Promise<Buffer> => {
  const { address } = findGateway();
  const answer = await fetch(`${address}${place}`, { signal: AbortSignal.timeout(120_000) });
  if (!answer.ok) throw new CommandError(1, `The gateway answered ${answer.status}.`);
  return Buffer.from(await answer.arrayBuffer());
};

const Place = z.object({ file: z.string(), line: z.number(), column: z.number() });
const Problem = z.object({
  severity: z.string(),
  kind: z.string(),
  id: z.string(),
  message: z.string(),
  cure: z.string().optional(),
  node: z.string().optional(),
  field: z.array(z.union([z.string(), z.number()])).optional(),
  place: Place.nullish(),
});

/** A problem in one line: where, what, what to do. */
export const problemLine = (problem: unknown): string => {
  const parsed = Problem.safeParse(problem);
  if (!parsed.success) return JSON.stringify(problem);
  const { severity, kind, id, message, cure, node, field, place } = parsed.data;
  const where = [`${kind} ${id}`, node, field?.join(".")].filter(Boolean).join(", ");
  const file = place == null ? "" : `${place.file}:${place.line}:${place.column}: `;
  return `${file}${severity}: ${where}: ${message}${cure === undefined ? "" : ` ${cure}`}`;
};

const Detail = z.object({
  data: z.object({
    detail: z.object({
      problems: z.array(z.unknown()).optional(),
      issues: z
        .array(z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() }))
        .optional(),
    }),
  }),
});

/** Runs a request; a refusal becomes the sentence a person needs. */
export const ask = async <T>(request: (api: Api) => Promise<T>): Promise<T> => {
  const api = connect();
  try {
    return await request(api);
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error;
    if (error.shape === undefined) {
      throw new CommandError(1, `The gateway does not answer; is it running? (${error.message})`, {
        cause: error,
      });
    }
    const parsed = Detail.safeParse(error.shape);
    const { problems = [], issues = [] } = parsed.success ? parsed.data.data.detail : {};
    const lines = [
      error.message,
      ...problems.map((problem) => `  ${problemLine(problem)}`),
      ...issues.map(({ path: steps, message }) => `  ${steps.join(".")}: ${message}`),
    ];
    throw new CommandError(1, lines.join("\n"), { cause: error });
  }
};
