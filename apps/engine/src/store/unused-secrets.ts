/**
 * Stored secrets that neither the live settings nor the draft use: keys that were
 * superseded, passwords of objects that are gone. Revisions are never deleted and each
 * can be published again, so nothing deletes such a secret by itself: an administrator
 * does, and is told the last revision that used it.
 */
import { objectsOf, type SettingsObject } from "@sluice/settings/text-form";
import { GatewayError } from "../errors.ts";
import { appendAudit } from "./audit.ts";
import { secretFields } from "./certificate-key.ts";
import { draftObjects } from "./draft-objects.ts";
import { liveRevision, parseRevision } from "./live-objects.ts";
import { type Actor, inTransaction, lockSettings, type Store, type Transaction } from "./prisma.ts";
import { isRetired, secretReferencesOf } from "./problems/secrets.ts";
import type { SecretName } from "./secret-store.ts";

export type UnusedSecret = SecretName & {
  readonly updatedAt: string;
  readonly updatedBy: string;
  /** The newest revision that has use for it: going back to it takes this secret. */
  readonly lastRevision: number | null;
};

/** A key may be stored a moment before the object that uses it. */
const youngMilliseconds = 86_400_000;

const nameOf = ({ kind, objectId, field }: SecretName): string => `${kind}/${objectId}/${field}`;

/** The secrets that objects find among the stored ones. */
const usedBy = (
  objects: readonly SettingsObject[],
  stored: ReadonlySet<string>,
): ReadonlySet<string> =>
  new Set(
    objects.flatMap(({ kind, id, body }) =>
      secretReferencesOf(body)
        .filter(({ field, secret }) => secret === "stored" && !isRetired(body, field))
        .flatMap(
          ({ field }) =>
            secretFields(kind, body, field)
              .map((one) => `${kind}/${id}/${one}`)
              .find((one) => stored.has(one)) ?? [],
        ),
    ),
  );

export type UnusedSecrets = ReturnType<typeof createUnusedSecrets>;

export const createUnusedSecrets = (store: Store, clock: () => Date) => {
  const read = async (transaction: Transaction | Store) => {
    const rows = await transaction.secret.findMany({
      select: { kind: true, objectId: true, field: true, updatedAt: true, updatedBy: true },
      orderBy: [{ kind: "asc" }, { objectId: "asc" }, { field: "asc" }],
    });
    const stored = new Set(rows.map(nameOf));
    const live = await liveRevision(transaction);
    const objects = [
      ...(live === null ? [] : objectsOf(live.settings)),
      ...(await draftObjects(transaction)),
    ];
    const used = usedBy(objects, stored);
    const before = clock().getTime() - youngMilliseconds;
    return {
      stored,
      unused: rows.filter((row) => !used.has(nameOf(row)) && row.updatedAt.getTime() < before),
    };
  };

  return {
    /** By kind, object and field; never the values. */
    list: async (): Promise<readonly UnusedSecret[]> => {
      const { stored, unused } = await read(store);
      const last = new Map<string, number>();
      // one revision at a time: each holds all settings
      let number = unused.length === 0 ? 0 : Number.MAX_SAFE_INTEGER;
      while (number > 0 && last.size < unused.length) {
        const row = await store.revision.findFirst({
          where: { number: { lt: Math.min(number, 2_147_483_647) } },
          orderBy: { number: "desc" },
        });
        if (row === null) break;
        number = row.number;
        const used = usedBy(objectsOf(parseRevision(row).settings), stored);
        for (const secret of unused) {
          const name = nameOf(secret);
          if (used.has(name) && !last.has(name)) last.set(name, number);
        }
      }
      return unused.map((row) => ({
        ...row,
        updatedAt: row.updatedAt.toISOString(),
        lastRevision: last.get(nameOf(row)) ?? null,
      }));
    },

    /** Refused when something uses it by now. */
    remove: (actor: Actor, name: SecretName): Promise<void> =>
      inTransaction(store, async (transaction) => {
        await lockSettings(transaction);
        const { unused } = await read(transaction);
        if (!unused.some((row) => nameOf(row) === nameOf(name))) {
          throw new GatewayError(
            "CONFLICT",
            "This secret is gone, is in use, or was stored less than a day ago.",
          );
        }
        const { kind, objectId, field } = name;
        await transaction.secret.deleteMany({ where: { kind, objectId, field } });
        await appendAudit(transaction, actor, { action: "secret.clear", object: nameOf(name) });
        await transaction.$executeRaw`SELECT pg_notify('sluice_settings', 'secret')`;
      }),
  };
};
