/** Questions to the world before anything goes live: does the directory answer, does the transport connect, which flow would run. */
import { flowKinds } from "@sluice/flow-schema";
import { Directory, Transport } from "@sluice/settings";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { loadSecret } from "../store/load-snapshot.ts";
import type { Context } from "./context.ts";
import type { CheckReport, ListenerStatus, MatchExplanation, ScriptRun } from "./parts.ts";
import { Id } from "./settings.ts";
import { procedure, router } from "./trpc.ts";

/** An object of the draft by id, or one that is being edited; its secret is the stored one, or typed in for this test. */
const Tested = z.strictObject({
  id: Id.optional(),
  body: z.unknown().optional(),
  secret: z.string().max(10_000).optional(),
  lookup: z.string().max(1000).optional(),
});

const tested = async <T>(
  ctx: Context,
  kind: "directory" | "transport",
  schema: z.ZodType<T>,
  input: z.output<typeof Tested>,
): Promise<{ object: T; reference: string | null }> => {
  const { id, body } = input;
  const given =
    body ?? (id === undefined ? undefined : (await ctx.parts.drafts.get(kind, id)).body);
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path, message }));
    throw new GatewayError("INVALID", "Fill in the rest before testing.", { detail: { issues } });
  }
  return { object: parsed.data, reference: id ?? null };
};

/** A stored secret is used only with the settings it was stored for: nobody sends it to a host of their own choice. */
const storedSecret = async (
  ctx: Context,
  kind: "directory" | "transport",
  id: string | null,
  field: "bindPassword" | "password",
  edited: boolean,
): Promise<string | null> => {
  if (id === null) return null;
  if (edited && ctx.caller?.role !== "administrator") return null;
  return loadSecret(ctx.parts.store, ctx.parts.secretAccess, { kind, objectId: id, field });
};

export const directories = router({
  /** Connects, binds, and with `lookup` searches once. */
  test: procedure("edit")
    .input(Tested)
    .mutation(async ({ ctx, input }): Promise<CheckReport> => {
      const { object, reference } = await tested(ctx, "directory", Directory, input);
      const secret =
        input.secret ??
        (await storedSecret(ctx, "directory", reference, "bindPassword", input.body !== undefined));
      return ctx.parts.checks.directory(object, secret, input.lookup ?? null);
    }),
});

export const transports = router({
  /** Connects, says EHLO, starts TLS and signs in as delivery would; sends no mail. `lookup` is a recipient's domain for lookup-mx. */
  test: procedure("edit")
    .input(Tested)
    .mutation(async ({ ctx, input }): Promise<CheckReport> => {
      const { object, reference } = await tested(ctx, "transport", Transport, input);
      const secret =
        input.secret ??
        (await storedSecret(ctx, "transport", reference, "password", input.body !== undefined));
      return ctx.parts.checks.transport(object, secret, input.lookup ?? null);
    }),
});

export const listeners = router({
  /** Whether each worker listens, from the workers themselves. */
  status: procedure("view").query(
    ({ ctx }): Promise<readonly ListenerStatus[]> => ctx.parts.system.listeners(),
  ),
});

const Script = z.string().max(500_000);

export const scripting = router({
  /** Nothing is delivered, stored or counted. With `messageId` the script sees that message. */
  run: procedure("edit")
    .input(
      z.strictObject({
        flowKind: z.enum(flowKinds),
        script: Script,
        messageId: z.uuid().nullable().default(null),
        variables: z.record(z.string().max(64), z.unknown()).default({}),
      }),
    )
    .mutation(({ ctx, input }): Promise<ScriptRun> => ctx.parts.checks.runScript(input)),

  check: procedure("view")
    .input(z.strictObject({ flowKind: z.enum(flowKinds), script: Script }))
    .query(({ ctx, input }): { problems: ReturnType<typeof ctx.parts.checks.checkScript> } => ({
      problems: ctx.parts.checks.checkScript(input.flowKind, input.script),
    })),
});

export const whichFlow = procedure("view")
  .input(
    z.strictObject({
      clientAddress: z.string().max(64),
      listener: Id,
      recipient: z.string().min(1).max(320),
    }),
  )
  .query(({ ctx, input }): Promise<MatchExplanation> => ctx.parts.checks.whichFlow(input));
