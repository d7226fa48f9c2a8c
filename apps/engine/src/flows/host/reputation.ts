/**
 * What is known of a client's address. Whoever runs a reputation service plugs it in
 * as a source; without one every address is accepted. Beside that stands our own
 * memory: what became of an address's mail, summed up for each day from history.
 */
import type pg from "pg";

export type ReputationAnswer = "accept" | "tempfail" | "permfail";

/** null: the source gave no answer. */
export type ReputationSource = (
  address: string,
  signal?: AbortSignal,
) => Promise<ReputationAnswer | null>;

export type AddressMemory = {
  readonly accepted: number;
  readonly rejected: number;
  readonly spam: number;
};

export type Reputation = {
  readonly ask: (address: string, signal?: AbortSignal) => Promise<ReputationAnswer | null>;
  readonly remembered: (address: string, days: number) => Promise<AddressMemory>;
  /** Sums up what history holds of today and yesterday; called by housekeeping. */
  readonly learn: (now: Date, keepDays: number) => Promise<void>;
};

const sumUp = `
INSERT INTO address_memory (address, day, accepted, rejected, spam)
SELECT client_address, (at AT TIME ZONE 'UTC')::date,
  count(*) FILTER (WHERE outcome IN ('incoming', 'queued', 'delivered', 'bounced', 'mixed')),
  count(*) FILTER (WHERE outcome IN ('blocked', 'rejected')),
  count(*) FILTER (WHERE outcome IN ('quarantined', 'deleted')
    OR (outcome = 'rejected' AND stage = 'data'))
FROM mail_history
WHERE client_address IS NOT NULL AND at >= ($1::timestamptz AT TIME ZONE 'UTC')::date - 1
GROUP BY 1, 2
ON CONFLICT (address, day) DO UPDATE SET
  accepted = EXCLUDED.accepted, rejected = EXCLUDED.rejected, spam = EXCLUDED.spam`;

export const createReputation = ({
  pool,
  source = async () => "accept",
  clock = () => new Date(),
}: {
  pool: pg.Pool;
  source?: ReputationSource;
  clock?: () => Date;
}): Reputation => ({
  ask: source,
  remembered: async (address, days) => {
    const since = new Date(clock().getTime() - days * 86_400_000);
    const { rows } = await pool.query<{ accepted: string; rejected: string; spam: string }>({
      name: "reputation-read",
      text: `SELECT coalesce(sum(accepted), 0) AS accepted, coalesce(sum(rejected), 0) AS rejected,
          coalesce(sum(spam), 0) AS spam
        FROM address_memory WHERE address = $1::inet AND day >= ($2::timestamptz AT TIME ZONE 'UTC')::date`,
      values: [address, since],
    });
    const [row] = rows;
    return {
      accepted: Number(row?.accepted ?? 0),
      rejected: Number(row?.rejected ?? 0),
      spam: Number(row?.spam ?? 0),
    };
  },
  learn: async (now, keepDays) => {
    await pool.query(sumUp, [now]);
    await pool.query("DELETE FROM address_memory WHERE day < $1::date", [
      new Date(now.getTime() - keepDays * 86_400_000),
    ]);
  },
});
