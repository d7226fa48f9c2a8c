/** The draft and its revisions, for every kind of object alike. */
import { objectKinds, type Settings } from "@sluice/settings";
import { z } from "zod";
import type { ObjectChange } from "../store/compare-settings.ts";
import type { DraftRow } from "../store/draft-store.ts";
import type { SettingsProblem } from "../store/problems/problem.ts";
import type { Use } from "../store/references.ts";
import type { RevisionRow } from "../store/revision-store.ts";
import { actorOf } from "./context.ts";
import { procedure, router } from "./trpc.ts";

export const Kind = z.enum(objectKinds);
export const Id = z.string().min(1).max(64);
const Named = z.strictObject({ kind: Kind, id: Id });
const Version = z.int().min(0);
const Number_ = z.int().positive();

export type RevisionView = RevisionRow & { readonly settings: Settings };

export const settings = router({
  list: procedure("view")
    .input(z.strictObject({ kind: Kind }))
    .query(({ ctx, input }): Promise<DraftRow[]> => ctx.parts.drafts.list(input.kind)),

  get: procedure("view")
    .input(Named)
    .query(({ ctx, input }): Promise<DraftRow> => ctx.parts.drafts.get(input.kind, input.id)),

  save: procedure("edit")
    .input(
      z.strictObject({
        kind: Kind,
        id: Id,
        body: z.unknown(),
        /** The version that was read; null makes a new object. */
        version: Version.nullable(),
      }),
    )
    .mutation(
      ({ ctx, input }): Promise<{ version: number }> =>
        ctx.parts.drafts.save(actorOf(ctx), { ...input, body: input.body }),
    ),

  rename: procedure("edit")
    .input(z.strictObject({ kind: Kind, id: Id, newId: Id }))
    .mutation(
      ({ ctx, input }): Promise<void> =>
        ctx.parts.drafts.rename(actorOf(ctx), input.kind, input.id, input.newId),
    ),

  remove: procedure("edit")
    .input(z.strictObject({ kind: Kind, id: Id, version: Version }))
    .mutation(
      ({ ctx, input }): Promise<void> =>
        ctx.parts.drafts.remove(actorOf(ctx), input.kind, input.id, input.version),
    ),

  usedBy: procedure("view")
    .input(Named)
    .query(({ ctx, input }): Promise<Use[]> => ctx.parts.drafts.usedBy(input.kind, input.id)),

  changes: procedure("view").query(
    ({ ctx }): Promise<ObjectChange[]> => ctx.parts.revisions.changes(),
  ),

  problems: procedure("view").query(
    ({ ctx }): Promise<SettingsProblem[]> => ctx.parts.revisions.problems(),
  ),

  publish: procedure("edit")
    .input(
      z.strictObject({
        message: z.string().trim().min(1, "Say what changes.").max(1000),
        acceptWarnings: z.boolean().default(false),
      }),
    )
    .mutation(
      ({ ctx, input }): Promise<{ revision: number }> =>
        ctx.parts.revisions.publish(actorOf(ctx), input),
    ),

  revisions: procedure("view")
    .input(
      z.strictObject({
        cursor: Number_.nullable().default(null),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .query(
      ({ ctx, input }): Promise<{ rows: RevisionRow[]; nextCursor: number | null }> =>
        ctx.parts.revisions.list(input),
    ),

  revision: procedure("view")
    .input(z.strictObject({ number: Number_ }))
    .query(({ ctx, input }): Promise<RevisionView> => ctx.parts.revisions.get(input.number)),

  compare: procedure("view")
    .input(z.strictObject({ from: Number_, to: Number_ }))
    .query(
      ({ ctx, input }): Promise<ObjectChange[]> =>
        ctx.parts.revisions.compare(input.from, input.to),
    ),

  rollback: procedure("edit")
    .input(z.strictObject({ number: Number_ }))
    .mutation(
      ({ ctx, input }): Promise<{ revision: number }> =>
        ctx.parts.revisions.rollback(actorOf(ctx), input.number),
    ),

  /** One object, or with nothing named the whole draft. */
  discard: procedure("edit")
    .input(z.strictObject({ kind: Kind.optional(), id: Id.optional() }))
    .mutation(({ ctx, input: { kind, id } }): Promise<void> => {
      const what = kind !== undefined && id !== undefined ? { kind, id } : null;
      return ctx.parts.drafts.discard(actorOf(ctx), what);
    }),
});
