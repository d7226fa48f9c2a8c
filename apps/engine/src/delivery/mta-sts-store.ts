/**
 * MTA-STS policies in the database, shared by all workers: a policy that is in force
 * stays so when the process that fetched it is gone, and whoever can hide it now
 * (DNS, HTTPS) does not make us forget it (RFC 8461 §10.2).
 */
import type pg from "pg";

export type StoredPolicy = {
  /** From DNS. */
  readonly id: string;
  /** As it was fetched. */
  readonly text: Buffer;
  readonly fetchedAt: Date;
  readonly until: Date;
};

export type MtaStsStore = {
  /** null: there is none in force. */
  readonly read: (domain: string, now: Date) => Promise<StoredPolicy | null>;
  readonly write: (domain: string, policy: StoredPolicy) => Promise<void>;
};

export const createMtaStsStore = (pool: Pick<pg.Pool, "query">): MtaStsStore => ({
  read: async (domain, now) => {
    const { rows } = await pool.query<{
      policy_id: string;
      policy: Buffer;
      fetched_at: Date;
      until: Date;
    }>({
      name: "mta-sts-read",
      text: "SELECT policy_id, policy, fetched_at, until FROM mta_sts_policy WHERE domain = $1 AND until > $2",
      values: [domain, now],
    });
    const [row] = rows;
    return row === undefined
      ? null
      : { id: row.policy_id, text: row.policy, fetchedAt: row.fetched_at, until: row.until };
  },
  write: async (domain, { id, text, fetchedAt, until }) => {
    await pool.query({
      name: "mta-sts-write",
      text: `WITH over AS (DELETE FROM mta_sts_policy WHERE until < $4 AND domain <> $1)
        INSERT INTO mta_sts_policy (domain, policy_id, policy, fetched_at, until) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (domain) DO UPDATE SET policy_id = excluded.policy_id, policy = excluded.policy,
          fetched_at = excluded.fetched_at, until = excluded.until
        WHERE mta_sts_policy.fetched_at <= excluded.fetched_at`,
      values: [domain, id, text, fetchedAt, until],
    });
  },
});

/** For what runs once and keeps nothing. */
export const noMtaStsStore: MtaStsStore = {
  read: async () => null,
  write: async () => {},
};
