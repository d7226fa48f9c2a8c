/** Secrets go in and never come out: set or not set is all there is to read. */
import { z } from "zod";
import type { UnusedSecret } from "../store/unused-secrets.ts";
import { actorOf } from "./context.ts";
import { Id } from "./settings.ts";
import { procedure, router } from "./trpc.ts";

const Name = z.strictObject({
  kind: z.enum(["transport", "directory", "certificate", "signer"]),
  id: Id,
  field: z.union([
    z.enum(["password", "bindPassword", "privateKey", "srsKey"]),
    z.templateLiteral(["keys/", z.string().regex(/^[a-z0-9.-]{1,63}$/), "/privateKey"]),
  ]),
});

const Stored = z.strictObject({
  kind: z.string().max(40),
  objectId: Id,
  field: z.string().max(200),
});

export type SecretState = { readonly set: boolean; readonly updatedAt: string | null };

export const secrets = router({
  set: procedure("manage")
    .input(Name.extend({ value: z.string().min(1).max(100_000) }))
    .mutation(({ ctx, input: { kind, id, field, value } }): Promise<void> => {
      return ctx.parts.secrets.set(actorOf(ctx), { kind, objectId: id, field }, value);
    }),

  clear: procedure("manage")
    .input(Name)
    .mutation(({ ctx, input: { kind, id, field } }): Promise<void> => {
      return ctx.parts.secrets.clear(actorOf(ctx), { kind, objectId: id, field });
    }),

  /** Stored, and used by neither the live settings nor the draft. */
  unused: procedure("manage").query(
    ({ ctx }): Promise<readonly UnusedSecret[]> => ctx.parts.unusedSecrets.list(),
  ),

  removeUnused: procedure("manage")
    .input(Stored)
    .mutation(
      ({ ctx, input }): Promise<void> => ctx.parts.unusedSecrets.remove(actorOf(ctx), input),
    ),

  state: procedure("view")
    .input(Name)
    .query(({ ctx, input: { kind, id, field } }): Promise<SecretState> => {
      return ctx.parts.secrets.state({ kind, objectId: id, field });
    }),
});
