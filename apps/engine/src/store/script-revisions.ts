/** What one script of a flow was at each publishing. */
import type { Store } from "./prisma.ts";

export type ScriptRevision = {
  /** The revision that brought this text. */
  readonly number: number;
  readonly createdAt: string;
  readonly author: string;
  readonly message: string;
  readonly text: string;
};

export type ScriptPast = {
  readonly live: {
    readonly number: number;
    /** null: the live flow has no such script. */
    readonly text: string | null;
  } | null;
  /** Newest first; a text that stays the same over several revisions stands once. */
  readonly revisions: readonly ScriptRevision[];
};

/** So many revisions are looked at: settings can be large, and each has them whole. */
const looked = 200;

/** The texts that a string in a node's settings had, from the newest revision back. */
export const scriptPast = async (
  store: Store,
  place: { flow: string; node: string; field: readonly (string | number)[] },
): Promise<ScriptPast> => {
  const path = ["flows", place.flow, "nodes", place.node, "config", ...place.field.map(String)];
  const rows = await store.$queryRaw<
    { number: number; createdAt: Date; author: string; message: string; text: string | null }[]
  >`
    SELECT number, created_at AS "createdAt", author, message,
      CASE jsonb_typeof(settings #> ${path}::text[]) WHEN 'string' THEN settings #>> ${path}::text[] END AS text
    FROM revision ORDER BY number DESC LIMIT ${looked}`;
  const [newest] = rows;
  return {
    live: newest === undefined ? null : { number: newest.number, text: newest.text },
    revisions: rows.flatMap(({ number, createdAt, author, message, text }, index) =>
      text === null || rows[index + 1]?.text === text
        ? []
        : [{ number, createdAt: createdAt.toISOString(), author, message, text }],
    ),
  };
};
