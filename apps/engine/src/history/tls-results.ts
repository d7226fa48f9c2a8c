/**
 * How TLS to other servers came out, counted for each day, domain, host and policy,
 * as SMTP TLS reporting counts sessions (RFC 8460 §4). Summed up here and added to
 * the table now and then; what a dying process had not yet added is missing.
 */
import type pg from "pg";
import { jsonText } from "./json-text.ts";

export type TlsSession = {
  /** The recipients' domain, whose policy it was. */
  readonly domain: string;
  readonly policyType: "tlsa" | "sts" | "no-policy-found";
  readonly host: string;
  /** null: it worked. */
  readonly failure: string | null;
  /** Whose addresses they were, as far as known; kept of failures alone. */
  readonly sendingIp?: string | null;
  readonly receivingIp?: string | null;
};

export type TlsResults = {
  readonly count: (session: TlsSession) => void;
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const addText = `
INSERT INTO tls_result (day, domain, policy_type, host, result, sending_ip, receiving_ip, count)
SELECT day, domain, policy_type, host, result, sending_ip, receiving_ip, count FROM json_to_recordset($1::json)
  AS row (day date, domain text, policy_type text, host text, result text, sending_ip text, receiving_ip text, count bigint)
ON CONFLICT (day, domain, policy_type, host, result, sending_ip, receiving_ip)
  DO UPDATE SET count = tls_result.count + excluded.count`;

const mostKept = 10_000;

export const createTlsResults = (options: {
  readonly pool: pg.Pool;
  readonly clock: () => Date;
  readonly report: (text: string, error: unknown) => void;
  readonly milliseconds?: number;
}): TlsResults => {
  let sums = new Map<string, { day: string; session: TlsSession; count: number }>();
  let writing: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    const taken = sums;
    if (taken.size === 0) return;
    sums = new Map();
    const rows = [...taken.values()]
      .map(({ day, session, count }) => ({
        day,
        domain: session.domain,
        policy_type: session.policyType,
        host: session.host,
        result: session.failure ?? "success",
        ...addressesOf(session),
        count,
      }))
      // always in one order: two workers that add to the same rows do not wait for each other in a circle
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    try {
      await options.pool.query({ name: "tls-results", text: addText, values: [jsonText(rows)] });
    } catch (error) {
      for (const [key, sum] of taken) {
        const since = sums.get(key);
        if (since !== undefined) since.count += sum.count;
        else sums.set(key, sum);
      }
      options.report("results of TLS could not be counted yet", error);
    }
  };

  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = null;
    });
    return writing;
  };
  const timer = setInterval(() => void flush(), options.milliseconds ?? 30_000);
  timer.unref();

  return {
    count: (session) => {
      const day = options.clock().toISOString().slice(0, 10);
      const { domain, policyType, host, failure } = session;
      const { sending_ip: sending, receiving_ip: receiving } = addressesOf(session);
      const key = [day, domain, policyType, host, failure, sending, receiving].join(" ");
      const sum = sums.get(key);
      if (sum !== undefined) sum.count += 1;
      else if (sums.size < mostKept) sums.set(key, { day, session, count: 1 });
    },
    flush,
    close: async () => {
      clearInterval(timer);
      await writing;
      await flush();
    },
  };
};

const addressesOf = ({ failure, sendingIp, receivingIp }: TlsSession) => ({
  sending_ip: failure === null ? "" : (sendingIp ?? ""),
  receiving_ip: failure === null ? "" : (receivingIp ?? ""),
});

export type TlsResultSum = {
  readonly policyType: string;
  readonly result: string;
  readonly count: number;
};

export type TlsResultRow = {
  /** UTC, as YYYY-MM-DD. */
  readonly day: string;
  readonly domain: string;
  readonly policyType: string;
  readonly successes: number;
  /** Hosts with what went wrong there, the most frequent first; at most twenty. */
  readonly failures: readonly {
    readonly host: string;
    readonly result: string;
    readonly count: number;
  }[];
  readonly failed: number;
  /** What became of the report to the domain; null: none was begun. */
  readonly report: {
    readonly state: "due" | "sent" | "none" | "failed";
    readonly detail: string;
  } | null;
};

const mostRows = 1000;

/** From a day (UTC) on: newest day first, and what fails most first. */
export const listTlsResults = async (pool: pg.Pool, since: Date): Promise<TlsResultRow[]> => {
  const { rows } = await pool.query<{
    day: string;
    domain: string;
    policy_type: string;
    successes: string;
    failed: string;
    failures: TlsResultRow["failures"];
    report: TlsResultRow["report"];
  }>({
    name: "tls-results-list",
    text: `SELECT to_char(day, 'YYYY-MM-DD') AS day, domain, policy_type,
        coalesce(sum(count) FILTER (WHERE result = 'success'), 0) AS successes,
        coalesce(sum(count) FILTER (WHERE result <> 'success'), 0) AS failed,
        coalesce(json_agg(json_build_object('host', host, 'result', result, 'count', count)
          ORDER BY count DESC) FILTER (WHERE result <> 'success'), '[]') AS failures,
        (SELECT json_build_object('state', sent.state, 'detail', sent.detail) FROM tls_report AS sent
          WHERE sent.day = tls_result.day AND sent.domain = tls_result.domain) AS report
      FROM (SELECT day, domain, policy_type, host, result, sum(count) AS count FROM tls_result
        WHERE day >= $1::date GROUP BY 1, 2, 3, 4, 5) AS tls_result
      GROUP BY tls_result.day, domain, policy_type
      ORDER BY tls_result.day DESC, failed DESC, successes DESC, domain LIMIT ${mostRows}`,
    values: [since.toISOString().slice(0, 10)],
  });
  return rows.map((row) => ({
    day: row.day,
    domain: row.domain,
    policyType: row.policy_type,
    successes: Number(row.successes),
    failures: row.failures.slice(0, 20),
    failed: Number(row.failed),
    report: row.report,
  }));
};

/** Sessions of one day (UTC), for all domains together. */
export const sumTlsResults = async (pool: pg.Pool, day: Date): Promise<TlsResultSum[]> => {
  const { rows } = await pool.query<{ policy_type: string; result: string; count: string }>({
    name: "tls-results-sum",
    text: `SELECT policy_type, result, sum(count) AS count FROM tls_result WHERE day = $1::date
      GROUP BY policy_type, result`,
    values: [day.toISOString().slice(0, 10)],
  });
  return rows.map((row) => ({
    policyType: row.policy_type,
    result: row.result,
    count: Number(row.count),
  }));
};
