/** The Prisma client over a pool we already have. Nothing outside this folder imports Prisma. */
import { PrismaPg } from "@prisma/adapter-pg";
import type pg from "pg";
import { type Prisma, PrismaClient } from "./generated/client.ts";

export type Store = PrismaClient;
export type Transaction = Prisma.TransactionClient;

export const createPrisma = (pool: pg.Pool): Store =>
  new PrismaClient({ adapter: new PrismaPg(pool) });

/** Who does something, and from where: goes into the audit trail. */
export type Actor = { readonly name: string; readonly address: string };

/**
 * One change of the settings at a time, over all nodes: whoever holds this lock
 * sees a draft that nobody else is changing. Edits are rare, so waiting is cheap.
 */
export const lockSettings = async (transaction: Transaction): Promise<void> => {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(7305, 1)`;
};

/** A transaction that waits for its turn and says when it gave up. */
export const inTransaction = <T>(
  store: Store,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> => store.$transaction(work, { maxWait: 10_000, timeout: 30_000 });

/** A value as Prisma takes it into a JSON column: plain data, made so by a round trip. */
export const toJson = (value: unknown): Prisma.InputJsonValue =>
  JSON.parse(JSON.stringify(value)) as Prisma.InputJsonValue; // what JSON.parse gives is JSON
