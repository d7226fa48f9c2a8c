/** Text and binary files of the file store. */
import { StoredFile } from "@sluice/settings";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { putFile, readFile } from "../store/file-store.ts";
import { actorOf, type Context } from "./context.ts";
import { Id } from "./settings.ts";
import { procedure, router } from "./trpc.ts";

export type FileView = {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  readonly version: number;
  /** null: the content is not text in UTF-8; take `base64`. */
  readonly text: string | null;
  readonly base64: string;
};

/** Content as `text` or as `base64`; one of the two. */
const Write = z.strictObject({
  id: Id,
  name: z.string().min(1).max(120),
  text: z.string().optional(),
  base64: z.base64().optional(),
  version: z.int().positive().nullable(),
});

const write = async (
  ctx: Context,
  input: z.output<typeof Write>,
): Promise<{ version: number; sha256: string; size: number }> => {
  const { id, name, text, base64 } = input;
  if ((text === undefined) === (base64 === undefined)) {
    throw new GatewayError("INVALID", "Give the content as text or as base64.", {
      detail: { field: "text" },
    });
  }
  const bytes = Buffer.from(text ?? base64 ?? "", text === undefined ? "base64" : "utf8");
  const sha256 = await putFile(ctx.parts.store, bytes);
  const { version } = await ctx.parts.drafts.save(actorOf(ctx), {
    kind: "file",
    id,
    body: { name, sha256 },
    version: input.version,
  });
  return { version, sha256, size: bytes.length };
};

const decode = (bytes: Buffer): string | null => {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
};

export const files = router({
  read: procedure("view")
    .input(z.strictObject({ id: Id }))
    .query(async ({ ctx, input }): Promise<FileView> => {
      const row = await ctx.parts.drafts.get("file", input.id);
      const { name, sha256 } = StoredFile.parse(row.body);
      const bytes = await readFile(ctx.parts.store, sha256);
      if (bytes === null) {
        throw new GatewayError("NOT_FOUND", `The content of file ${input.id} is not stored here.`);
      }
      const text = decode(bytes);
      return {
        id: row.id,
        name,
        size: bytes.length,
        sha256,
        version: row.version,
        text,
        base64: text === null ? bytes.toString("base64") : "",
      };
    }),

  /** Makes the file (version null) or replaces its content. */
  write: procedure("edit")
    .input(Write)
    .mutation(({ ctx, input }): ReturnType<typeof write> => write(ctx, input)),

  upload: procedure("edit")
    .input(Write)
    .mutation(({ ctx, input }): ReturnType<typeof write> => write(ctx, input)),

  /** Text for a digest that a revision names: for comparing old content with new. */
  content: procedure("view")
    .input(z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }))
    .query(async ({ ctx, input }): Promise<{ text: string | null; base64: string }> => {
      const bytes = await readFile(ctx.parts.store, input.sha256);
      if (bytes === null) throw new GatewayError("NOT_FOUND", "There is no such content.");
      const text = decode(bytes);
      return { text, base64: text === null ? bytes.toString("base64") : "" };
    }),
});
