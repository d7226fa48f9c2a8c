/** Settings as a directory of text files: what `sluice export`, `plan` and `apply` speak. */
import { createHash } from "node:crypto";
import {
  type FileError,
  fromFiles,
  type Location,
  objectsOf,
  toFiles,
} from "@sluice/settings/text-form";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { compareObjects, type ObjectChange } from "../store/compare-settings.ts";
import { putFile, readFile } from "../store/file-store.ts";
import type { SettingsProblem } from "../store/problems/problem.ts";
import { actorOf, type Context } from "./context.ts";
import { procedure, router } from "./trpc.ts";

const Files = z
  .array(
    z.strictObject({
      path: z.string().min(1).max(400),
      /** Content in base64: files of the file store may be anything. */
      base64: z.base64(),
    }),
  )
  .max(20_000);

export type Plan = {
  readonly changes: readonly ObjectChange[];
  readonly problems: readonly (SettingsProblem & { readonly place: Location | null })[];
};

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const decode = (files: z.output<typeof Files>): Map<string, Uint8Array> =>
  new Map(files.map(({ path, base64 }) => [path, Buffer.from(base64, "base64")]));

const read = (files: ReadonlyMap<string, Uint8Array>) => {
  const result = fromFiles(files, digest);
  if (result.kind === "wrong") {
    throw new GatewayError("INVALID", wrongWords(result.errors), {
      detail: { errors: result.errors },
    });
  }
  return result;
};

const wrongWords = (errors: readonly FileError[]): string =>
  errors
    .map(({ file, line, column, message, cure }) => `${file}:${line}:${column}: ${message} ${cure}`)
    .join("\n");

const liveObjects = async (ctx: Context) => {
  const live = await ctx.parts.revisions.live();
  return live === null ? [] : objectsOf(live.settings);
};

export const textForm = router({
  /** What is live, as files. */
  exportFiles: procedure("view").query(
    async ({ ctx }): Promise<{ files: { path: string; base64: string }[] }> => {
      const live = await ctx.parts.revisions.live();
      if (live === null) throw new GatewayError("NOT_FOUND", "There is no revision yet.");
      const contents = new Map<string, Uint8Array>();
      for (const { sha256 } of Object.values(live.settings.files)) {
        const bytes = await readFile(ctx.parts.store, sha256);
        if (bytes !== null) contents.set(sha256, bytes);
      }
      const files = [...toFiles(live.settings, { contents })].map(([path, content]) => ({
        path,
        base64: Buffer.from(content).toString("base64"),
      }));
      return { files };
    },
  ),

  /** What applying these files would change, and what is wrong with them; changes nothing. */
  planFiles: procedure("view")
    .input(z.strictObject({ files: Files }))
    .mutation(async ({ ctx, input }): Promise<Plan> => {
      const { settings, contents, locate } = read(decode(input.files));
      const objects = objectsOf(settings);
      const problems = await ctx.parts.revisions.problemsOf(objects, contents.keys());
      return {
        changes: compareObjects(await liveObjects(ctx), objects),
        problems: problems.map((problem) => {
          const { kind, id, node, field = [] } = problem;
          const path = node === undefined ? field : ["nodes", node, "config", ...field];
          return { ...problem, place: locate(kind, id, path) };
        }),
      };
    }),

  /** Publishes these files as the next revision; the draft follows. All or nothing. */
  applyFiles: procedure("edit")
    .input(
      z.strictObject({
        files: Files,
        message: z.string().trim().min(1).max(1000).default("Applied from text"),
        acceptWarnings: z.boolean().default(true),
        /** Throw away a draft that differs from what is live. */
        discardDraft: z.boolean().default(false),
      }),
    )
    .mutation(
      async ({
        ctx,
        input,
      }): Promise<{ revision: number | null; changes: readonly ObjectChange[] }> => {
        const { settings, contents } = read(decode(input.files));
        const { message, acceptWarnings, discardDraft } = input;
        return ctx.parts.revisions.apply(actorOf(ctx), objectsOf(settings), {
          message,
          acceptWarnings,
          discardDraft,
          within: async (transaction) => {
            for (const bytes of contents.values()) await putFile(transaction, bytes);
          },
        });
      },
    ),
});
