/**
 * Who did what: rows that are only ever added (a trigger refuses everything
 * else), each carrying the hash of the one before. A row is written in the
 * transaction of the change it tells of, so there is none without the other.
 */
import { createHash } from "node:crypto";
import type { Prisma } from "./generated/client.ts";
import { type Actor, type Store, type Transaction, toJson } from "./prisma.ts";

export type AuditAction = {
  readonly action: string; // "settings.save", "sign-in", …
  readonly object: string; // "listener/inbound"
  readonly before?: unknown;
  readonly after?: unknown;
};

export type AuditRow = {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly address: string;
  readonly action: string;
  readonly object: string;
  readonly before: unknown;
  readonly after: unknown;
};

const canonical = (value: unknown): string => {
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
};

const hashOf = (
  previous: Uint8Array,
  row: { at: Date; actor: string; address: string; action: string; object: string },
  before: unknown,
  after: unknown,
): Buffer =>
  createHash("sha256")
    .update(previous)
    .update(
      canonical([
        row.at.toISOString(),
        row.actor,
        row.address,
        row.action,
        row.object,
        before ?? null,
        after ?? null,
      ]),
    )
    .digest();

/** Adds a row to the chain, inside the transaction of the change. */
export const appendAudit = async (
  transaction: Transaction,
  actor: Actor,
  { action, object, before, after }: AuditAction,
): Promise<void> => {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(7305, 2)`;
  const last = await transaction.auditEntry.findFirst({
    orderBy: { id: "desc" },
    select: { hash: true },
  });
  const previousHash = new Uint8Array(last?.hash ?? Buffer.alloc(32));
  const row = { at: new Date(), actor: actor.name, address: actor.address, action, object };
  const json = (value: unknown): { value?: Prisma.InputJsonValue } =>
    value === undefined || value === null ? {} : { value: toJson(value) };
  const [from, to] = [json(before), json(after)];
  await transaction.auditEntry.create({
    data: {
      ...row,
      ...(from.value === undefined ? {} : { before: from.value }),
      ...(to.value === undefined ? {} : { after: to.value }),
      previousHash,
      hash: new Uint8Array(hashOf(previousHash, row, from.value, to.value)),
    },
  });
};

/** Newest first; the cursor is the id of the last row seen. */
export const listAudit = async (
  store: Store,
  { cursor, limit }: { cursor: string | null; limit: number },
): Promise<{ rows: AuditRow[]; nextCursor: string | null }> => {
  const found = await store.auditEntry.findMany({
    ...(cursor === null ? {} : { where: { id: { lt: BigInt(cursor) } } }),
    orderBy: { id: "desc" },
    take: limit + 1,
  });
  const rows = found.slice(0, limit).map((row) => ({
    id: String(row.id),
    at: row.at.toISOString(),
    actor: row.actor,
    address: row.address,
    action: row.action,
    object: row.object,
    before: row.before,
    after: row.after,
  }));
  return { rows, nextCursor: found.length > limit ? (rows.at(-1)?.id ?? null) : null };
};

/** The id of the first row whose hash is not what its content and its predecessor make; null: the chain holds. */
export const verifyAudit = async (store: Store): Promise<{ brokenAt: string | null }> => {
  let previous: Uint8Array = new Uint8Array(32);
  let after = 0n;
  for (;;) {
    const rows = await store.auditEntry.findMany({
      where: { id: { gt: after } },
      orderBy: { id: "asc" },
      take: 1000,
    });
    for (const row of rows) {
      const expected = hashOf(previous, row, row.before, row.after);
      if (!expected.equals(row.hash) || !Buffer.from(previous).equals(row.previousHash)) {
        return { brokenAt: String(row.id) };
      }
      previous = row.hash;
      after = row.id;
    }
    if (rows.length < 1000) return { brokenAt: null };
  }
};
