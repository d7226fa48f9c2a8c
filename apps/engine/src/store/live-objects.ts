/** The newest revision: what is in force. */
import { Settings } from "@sluice/settings";
import { objectsOf, type SettingsObject } from "@sluice/settings/text-form";
import type { Store, Transaction } from "./prisma.ts";

export type StoredRevision = {
  readonly number: number;
  readonly createdAt: string;
  readonly author: string;
  readonly message: string;
  readonly settings: Settings;
};

/** null before the first start has seeded the database. */
export const liveRevision = async (
  transaction: Transaction | Store,
): Promise<StoredRevision | null> => {
  const row = await transaction.revision.findFirst({ orderBy: { number: "desc" } });
  return row === null ? null : parseRevision(row);
};

export const parseRevision = (row: {
  number: number;
  createdAt: Date;
  author: string;
  message: string;
  settings: unknown;
}): StoredRevision => ({
  number: row.number,
  createdAt: row.createdAt.toISOString(),
  author: row.author,
  message: row.message,
  settings: Settings.parse(row.settings),
});

export const liveObjects = async (transaction: Transaction | Store): Promise<SettingsObject[]> => {
  const live = await liveRevision(transaction);
  return live === null ? [] : objectsOf(live.settings);
};
