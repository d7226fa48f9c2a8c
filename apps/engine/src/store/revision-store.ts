/**
 * Revisions: numbered, immutable, of everything. Publishing checks the whole
 * draft (schemas, references, flows that compile, no open relay) and writes the
 * revision, its audit row and the notice to the workers in one transaction:
 * either all of it happened or nothing did.
 */
import type { Settings } from "@sluice/settings";
import {
  gatewayId,
  objectsOf,
  type SettingsObject,
  settingsFrom,
} from "@sluice/settings/text-form";
import { GatewayError } from "../errors.ts";
import { appendAudit } from "./audit.ts";
import { compareObjects, type ObjectChange } from "./compare-settings.ts";
import { draftObjects, replaceDraft } from "./draft-objects.ts";
import { readIncludedFiles } from "./included-files.ts";
import { liveRevision, parseRevision, type StoredRevision } from "./live-objects.ts";
import {
  type Actor,
  inTransaction,
  lockSettings,
  type Store,
  type Transaction,
  toJson,
} from "./prisma.ts";
import { findProblems } from "./problems/find-problems.ts";
import type { SettingsProblem, Surroundings } from "./problems/problem.ts";

export type RevisionRow = {
  readonly number: number;
  readonly createdAt: string;
  readonly author: string;
  readonly message: string;
};

export type RevisionStore = ReturnType<typeof createRevisionStore>;

/** What does not come from the database. */
export type FixedSurroundings = Pick<
  Surroundings,
  "blocks" | "compileFlow" | "environmentVariable" | "checkDestination" | "checkFilter" | "now"
>;

const withGateway = (objects: readonly SettingsObject[]): readonly SettingsObject[] =>
  objects.some(({ kind }) => kind === "gateway")
    ? objects
    : [{ kind: "gateway", id: gatewayId, body: {} }, ...objects];

/** Writes a revision and tells the workers; the caller holds the lock and has checked the settings. */
export const writeRevision = async (
  transaction: Transaction,
  actor: Actor,
  { settings, message }: { settings: Settings; message: string },
): Promise<number> => {
  const newest = await transaction.revision.aggregate({ _max: { number: true } });
  const number = (newest._max.number ?? 0) + 1; // not the sequence: refused attempts would leave gaps
  await transaction.revision.create({
    data: { number, author: actor.name, message, settings: toJson(settings) },
  });
  await transaction.$executeRaw`SELECT pg_notify('sluice_settings', ${String(number)})`;
  return number;
};

export const createRevisionStore = (store: Store, fixed: FixedSurroundings) => {
  const surroundings = async (
    transaction: Transaction | Store,
    objects: readonly SettingsObject[],
  ): Promise<Surroundings> => {
    const secrets = await transaction.secret.findMany({
      select: { kind: true, objectId: true, field: true },
    });
    const files = await transaction.fileContent.findMany({ select: { sha256: true } });
    return {
      ...fixed,
      secrets: new Set(secrets.map(({ kind, objectId, field }) => `${kind}/${objectId}/${field}`)),
      files: new Set(files.map(({ sha256 }) => sha256)),
      included: await readIncludedFiles(transaction, objects),
    };
  };

  const find = async (
    transaction: Transaction | Store,
    number: number,
  ): Promise<StoredRevision> => {
    const row = await transaction.revision.findUnique({ where: { number } });
    if (row === null) throw new GatewayError("NOT_FOUND", `There is no revision ${number}.`);
    return parseRevision(row);
  };

  /** Checks objects as publishing would; gives the settings, or throws INVALID with every problem. */
  const check = async (
    transaction: Transaction,
    objects: readonly SettingsObject[],
    acceptWarnings: boolean,
  ): Promise<Settings> => {
    const problems = findProblems(objects, await surroundings(transaction, objects));
    const errors = problems.filter(({ severity }) => severity === "error");
    const warnings = problems.filter(({ severity }) => severity === "warning");
    const parsed = settingsFrom(objects);
    if (errors.length > 0 || !parsed.success) {
      throw new GatewayError(
        "INVALID",
        `Not published: ${errors.length === 1 ? "there is an error" : `there are ${errors.length} errors`}. ${errors.map(({ kind, id, message }) => `${kind} ${id}: ${message}`).join(" ")}`,
        { detail: { problems } },
      );
    }
    if (warnings.length > 0 && !acceptWarnings) {
      throw new GatewayError(
        "INVALID",
        `Not published: ${warnings.length === 1 ? "there is a warning" : `there are ${warnings.length} warnings`} that nobody has accepted.`,
        { detail: { problems, onlyWarnings: true } },
      );
    }
    return parsed.data;
  };

  return {
    live: (): Promise<StoredRevision | null> => liveRevision(store),

    get: (number: number): Promise<StoredRevision> => find(store, number),

    list: async (page: {
      cursor: number | null;
      limit: number;
    }): Promise<{ rows: RevisionRow[]; nextCursor: number | null }> => {
      const found = await store.revision.findMany({
        ...(page.cursor === null ? {} : { where: { number: { lt: page.cursor } } }),
        orderBy: { number: "desc" },
        take: page.limit + 1,
        select: { number: true, createdAt: true, author: true, message: true },
      });
      const rows = found
        .slice(0, page.limit)
        .map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
      return { rows, nextCursor: found.length > page.limit ? (rows.at(-1)?.number ?? null) : null };
    },

    /** Every problem of the draft. */
    problems: async (): Promise<SettingsProblem[]> => {
      const objects = withGateway(await draftObjects(store));
      return findProblems(objects, await surroundings(store, objects));
    },

    /** Problems of settings that are not the draft: what a plan would run into. */
    problemsOf: async (
      objects: readonly SettingsObject[],
      moreFiles: Iterable<string> = [],
    ): Promise<SettingsProblem[]> => {
      const known = await surroundings(store, objects);
      return findProblems(objects, { ...known, files: new Set([...known.files, ...moreFiles]) });
    },

    /** What publishing would change. */
    changes: async (): Promise<ObjectChange[]> => {
      const live = await liveRevision(store);
      const draft = withGateway(await draftObjects(store));
      return compareObjects(live === null ? [] : objectsOf(live.settings), draft);
    },

    compare: async (from: number, to: number): Promise<ObjectChange[]> => {
      const [before, after] = await Promise.all([find(store, from), find(store, to)]);
      return compareObjects(objectsOf(before.settings), objectsOf(after.settings));
    },

    /** The draft becomes the live revision. Refused whole when anything is wrong. */
    publish: (
      actor: Actor,
      { message, acceptWarnings }: { message: string; acceptWarnings: boolean },
    ): Promise<{ revision: number }> =>
      inTransaction(store, async (transaction) => {
        await lockSettings(transaction);
        const live = await liveRevision(transaction);
        const draft = withGateway(await draftObjects(transaction));
        const changes = compareObjects(live === null ? [] : objectsOf(live.settings), draft);
        if (live !== null && changes.length === 0) {
          throw new GatewayError(
            "INVALID",
            "There is nothing to publish: the draft equals what is live.",
          );
        }
        const settings = await check(transaction, draft, acceptWarnings);
        const revision = await writeRevision(transaction, actor, { settings, message });
        // what the schema filled in is part of the draft from now on
        await replaceDraft(transaction, actor, objectsOf(settings));
        await appendAudit(transaction, actor, {
          action: "settings.publish",
          object: `revision/${revision}`,
          after: {
            message,
            changes: changes.map(({ kind, id, change }) => ({ kind, id, change })),
          },
        });
        return { revision };
      }),

    /** Replaces draft and live in one step: what `apply` does. */
    apply: (
      actor: Actor,
      objects: readonly SettingsObject[],
      options: {
        message: string;
        acceptWarnings: boolean;
        /** A draft that differs from what is live is somebody's work: kept unless this says otherwise. */
        discardDraft: boolean;
        within?: (transaction: Transaction) => Promise<void>;
      },
    ): Promise<{ revision: number | null; changes: ObjectChange[] }> =>
      inTransaction(store, async (transaction) => {
        await lockSettings(transaction);
        const live = await liveRevision(transaction);
        const changes = compareObjects(live === null ? [] : objectsOf(live.settings), objects);
        if (changes.length === 0) return { revision: null, changes };
        if (live !== null && !options.discardDraft) {
          const open = compareObjects(
            objectsOf(live.settings),
            withGateway(await draftObjects(transaction)),
          );
          if (open.length > 0) {
            throw new GatewayError(
              "CONFLICT",
              `The draft holds ${open.length} unpublished changes (${open.map(({ kind, id }) => `${kind} ${id}`).join(", ")}). Publish or discard them first.`,
              { detail: { changes: open } },
            );
          }
        }
        await options.within?.(transaction);
        const settings = await check(transaction, objects, options.acceptWarnings);
        const revision = await writeRevision(transaction, actor, {
          settings,
          message: options.message,
        });
        await replaceDraft(transaction, actor, objectsOf(settings));
        await appendAudit(transaction, actor, {
          action: "settings.apply",
          object: `revision/${revision}`,
          after: {
            message: options.message,
            changes: changes.map(({ kind, id, change }) => ({ kind, id, change })),
          },
        });
        return { revision, changes };
      }),

    /** One object goes live and into the draft as well; what else the draft holds stays there, unpublished. */
    publishOne: (
      actor: Actor,
      object: SettingsObject,
      message: string,
    ): Promise<{ revision: number | null }> =>
      inTransaction(store, async (transaction) => {
        await lockSettings(transaction);
        const live = await liveRevision(transaction);
        const before = live === null ? [] : objectsOf(live.settings);
        const replaceIn = (objects: readonly SettingsObject[]): SettingsObject[] => [
          ...objects.filter(({ kind, id }) => kind !== object.kind || id !== object.id),
          object,
        ];
        const after = withGateway(replaceIn(before));
        if (compareObjects(before, after).length === 0) return { revision: null };
        const settings = await check(transaction, after, true);
        const revision = await writeRevision(transaction, actor, { settings, message });
        await replaceDraft(transaction, actor, replaceIn(await draftObjects(transaction)));
        await appendAudit(transaction, actor, {
          action: "settings.publish",
          object: `revision/${revision}`,
          after: { message, changes: [{ kind: object.kind, id: object.id }] },
        });
        return { revision };
      }),

    /** A new revision with the content of an old one; the draft follows. */
    rollback: (actor: Actor, number: number): Promise<{ revision: number }> =>
      inTransaction(store, async (transaction) => {
        await lockSettings(transaction);
        const old = await find(transaction, number);
        const objects = objectsOf(old.settings);
        const settings = await check(transaction, objects, true);
        const revision = await writeRevision(transaction, actor, {
          settings,
          message: `Back to revision ${number}: ${old.message}`,
        });
        await replaceDraft(transaction, actor, objects);
        await appendAudit(transaction, actor, {
          action: "settings.rollback",
          object: `revision/${revision}`,
          after: { from: number },
        });
        return { revision };
      }),
  };
};
