/**
 * The shared draft: one row for each object. A writer names the version it
 * read; if somebody was quicker it gets a conflict with both, and nothing is
 * overwritten. Versions come from one sequence, so that the version of an
 * object that was removed and made again is never met twice.
 */
import type { BlockRegistry } from "@sluice/flow-schema";
import type { ObjectKind } from "@sluice/settings";
import type { SettingsObject } from "@sluice/settings/text-form";
import { byNaturalOrder } from "../config/natural-order.ts";
import { GatewayError } from "../errors.ts";
import { appendAudit } from "./audit.ts";
import { sameValue } from "./compare-settings.ts";
import {
  checkObject,
  completed,
  deleteObject,
  draftObjects,
  replaceDraft,
  writeObject,
} from "./draft-objects.ts";
import { liveObjects } from "./live-objects.ts";
import { type Actor, inTransaction, lockSettings, type Store, type Transaction } from "./prisma.ts";
import { isReferable, renameReferences, type Use, usesOf } from "./references.ts";
import type { SecretStore } from "./secret-store.ts";

export type ObjectState = "live" | "changed" | "new" | "deleted";

export type DraftRow = {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly body: unknown;
  /** 0: the object is deleted in the draft. */
  readonly version: number;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly state: ObjectState;
};

export type DraftStore = ReturnType<typeof createDraftStore>;

type StoredRow = {
  kind: string;
  id: string;
  body: unknown;
  version: number;
  updatedAt: Date;
  updatedBy: string;
};

const conflict = (kind: ObjectKind, id: string, theirs: StoredRow | null, mine: unknown): never => {
  throw new GatewayError(
    "CONFLICT",
    `${theirs?.updatedBy ?? "Somebody"} changed ${kind} ${id} meanwhile.`,
    {
      detail: {
        kind,
        id,
        mine,
        theirs:
          theirs === null
            ? null
            : {
                body: theirs.body,
                version: theirs.version,
                updatedAt: theirs.updatedAt.toISOString(),
                updatedBy: theirs.updatedBy,
              },
      },
    },
  );
};

export const createDraftStore = (store: Store, blocks: BlockRegistry, secrets: SecretStore) => {
  const withStates = async (rows: readonly StoredRow[], kind: ObjectKind): Promise<DraftRow[]> => {
    const live = new Map(
      (await liveObjects(store))
        .filter((object) => object.kind === kind)
        .map(({ id, body }) => [id, body]),
    );
    const present = rows.map((row): DraftRow => {
      const { id, version, updatedBy } = row;
      const body = completed(kind, row.body);
      const state = !live.has(id) ? "new" : sameValue(live.get(id), body) ? "live" : "changed";
      live.delete(id);
      return { kind, id, body, version, updatedAt: row.updatedAt.toISOString(), updatedBy, state };
    });
    const deleted = [...live].map(([id, body]): DraftRow => {
      return { kind, id, body, version: 0, updatedAt: "", updatedBy: "", state: "deleted" };
    });
    return [...present, ...deleted].sort((a, b) => byNaturalOrder(a.id, b.id));
  };

  const find = (transaction: Transaction | Store, kind: ObjectKind, id: string) =>
    transaction.draftObject.findUnique({ where: { kind_id: { kind, id } } });

  const refuseWhenUsed = (
    objects: readonly SettingsObject[],
    kind: ObjectKind,
    id: string,
  ): void => {
    const usedBy = usesOf(objects, blocks, { kind, id });
    if (usedBy.length === 0) return;
    const names = [...new Set(usedBy.map((use) => `${use.kind} ${use.id}`))];
    throw new GatewayError("IN_USE", `${kind} ${id} is used by ${names.join(", ")}.`, {
      detail: { kind, id, usedBy },
    });
  };

  return {
    /** All objects of a kind with what publishing would do to each; those the draft deletes are listed too. */
    list: async (kind: ObjectKind): Promise<DraftRow[]> =>
      withStates(
        await store.draftObject.findMany({ where: { kind }, orderBy: { id: "asc" } }),
        kind,
      ),

    get: async (kind: ObjectKind, id: string): Promise<DraftRow> => {
      const row = await find(store, kind, id);
      const rows = await withStates(row === null ? [] : [row], kind);
      const found = rows.find((candidate) => candidate.id === id && candidate.version > 0);
      if (found === undefined) throw new GatewayError("NOT_FOUND", `There is no ${kind} ${id}.`);
      return found;
    },

    objects: (): Promise<SettingsObject[]> => draftObjects(store),

    /** `version` is the one that was read; null makes a new object. */
    save: async (
      actor: Actor,
      object: SettingsObject & { version: number | null },
      within?: (transaction: Transaction) => Promise<void>,
    ): Promise<{ version: number }> => {
      const { kind, id } = object;
      const body = checkObject(kind, id, object.body);
      return inTransaction(store, async (transaction) => {
        await lockSettings(transaction);
        await within?.(transaction);
        const old = await find(transaction, kind, id);
        if ((old?.version ?? null) !== object.version) conflict(kind, id, old, body);
        if (old !== null && sameValue(old.body, body)) return { version: old.version };
        const version = await writeObject(transaction, actor, { kind, id, body });
        await appendAudit(transaction, actor, {
          action: "settings.save",
          object: `${kind}/${id}`,
          before: old?.body,
          after: body,
        });
        return { version };
      });
    },

    /** Refused while other objects name it. A flow takes its layout along. */
    remove: (actor: Actor, kind: ObjectKind, id: string, version: number): Promise<void> =>
      inTransaction(store, async (transaction) => {
        await lockSettings(transaction);
        if (kind === "gateway") {
          throw new GatewayError(
            "NOT_ALLOWED",
            "The settings of the gateway itself cannot be removed.",
          );
        }
        const old = await find(transaction, kind, id);
        if (old === null) throw new GatewayError("NOT_FOUND", `There is no ${kind} ${id}.`);
        if (old.version !== version) conflict(kind, id, old, null);
        refuseWhenUsed(await draftObjects(transaction), kind, id);
        await deleteObject(transaction, actor, kind, id);
        if (kind === "flow") await deleteObject(transaction, actor, "layout", id);
        await appendAudit(transaction, actor, {
          action: "settings.remove",
          object: `${kind}/${id}`,
          before: old.body,
        });
      }),

    /** Every reference in the draft follows, layouts and secrets too. */
    rename: (actor: Actor, kind: ObjectKind, id: string, newId: string): Promise<void> =>
      inTransaction(store, async (transaction) => {
        await lockSettings(transaction);
        const old = await find(transaction, kind, id);
        if (old === null) throw new GatewayError("NOT_FOUND", `There is no ${kind} ${id}.`);
        if (kind === "gateway") {
          throw new GatewayError(
            "NOT_ALLOWED",
            "The settings of the gateway itself keep their name.",
          );
        }
        if (newId === id) return;
        checkObject(kind, newId, old.body);
        if ((await find(transaction, kind, newId)) !== null) {
          throw new GatewayError("CONFLICT", `There is a ${kind} ${newId} already.`, {
            detail: { kind, id: newId, field: "newId" },
          });
        }
        if (isReferable(kind)) {
          for (const object of await draftObjects(transaction)) {
            const body = renameReferences(object, blocks, { kind, id, newId });
            if (!sameValue(body, object.body))
              await writeObject(transaction, actor, { ...object, body });
          }
        }
        const renamed = await find(transaction, kind, id); // it may have named itself
        await writeObject(transaction, actor, { kind, id: newId, body: renamed?.body ?? old.body });
        await deleteObject(transaction, actor, kind, id);
        const layout = kind === "flow" ? await find(transaction, "layout", id) : null;
        if (layout !== null) {
          await writeObject(transaction, actor, { kind: "layout", id: newId, body: layout.body });
          await deleteObject(transaction, actor, "layout", id);
        }
        await secrets.copy(transaction, kind, id, newId, actor.name);
        await appendAudit(transaction, actor, {
          action: "settings.rename",
          object: `${kind}/${id}`,
          after: { id: newId },
        });
      }),

    usedBy: async (kind: ObjectKind, id: string): Promise<Use[]> =>
      usesOf(await draftObjects(store), blocks, { kind, id }),

    /** Back to what is live: one object, or everything. */
    discard: (actor: Actor, what: { kind: ObjectKind; id: string } | null): Promise<void> =>
      inTransaction(store, async (transaction) => {
        await lockSettings(transaction);
        const live = await liveObjects(transaction);
        if (what === null) await replaceDraft(transaction, actor, live);
        else {
          const { kind, id } = what;
          const kinds: readonly ObjectKind[] = kind === "flow" ? ["flow", "layout"] : [kind];
          for (const each of kinds) {
            const old = live.find((object) => object.kind === each && object.id === id);
            if (old !== undefined) await writeObject(transaction, actor, old);
            else {
              if (each === kind) refuseWhenUsed(await draftObjects(transaction), kind, id);
              await deleteObject(transaction, actor, each, id);
            }
          }
        }
        await appendAudit(transaction, actor, {
          action: "settings.discard",
          object: what === null ? "draft" : `${what.kind}/${what.id}`,
        });
      }),
  };
};
