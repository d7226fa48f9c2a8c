/**
 * Senders that do not fit into a rewritten address (RFC 5321 §4.5.3.1.1: 64 octets before
 * the @), kept under a token that does. Promises: the token is never given out before its
 * address is stored; what could not be looked up is an error, not "unknown".
 */
import { ScriptError } from "@sluice/hsl";
import type pg from "pg";

export type SrsAddresses = {
  /** Keeps the address at least so many days from now. */
  readonly keep: (token: string, address: string, days: number) => Promise<void>;
  /** null: there is none, or no longer. */
  readonly find: (token: string) => Promise<string | null>;
};

export const createSrsAddresses = (pool: pg.Pool): SrsAddresses => {
  const ask = async (name: string, text: string, values: unknown[]) => {
    try {
      return await pool.query<{ address: string }>({ name, text, values });
    } catch {
      throw new ScriptError(
        "memory-unreachable",
        "the addresses of rewritten senders cannot be reached",
        undefined,
      );
    }
  };
  return {
    keep: async (token, address, days) => {
      // written once a day at most: a sender of many messages makes no new row for each
      await ask(
        "srs-keep",
        `INSERT INTO srs_address (token, address, until) VALUES ($1, $2, now() + make_interval(days => $3))
         ON CONFLICT (token) DO UPDATE SET until = excluded.until
         WHERE srs_address.until < excluded.until - interval '1 day'`,
        [token, address, days + 2],
      );
    },
    find: async (token) => {
      const { rows } = await ask(
        "srs-find",
        "SELECT address FROM srs_address WHERE token = $1 AND until > now()",
        [token],
      );
      return rows[0]?.address ?? null;
    },
  };
};
