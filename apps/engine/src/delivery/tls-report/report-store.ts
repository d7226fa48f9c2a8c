/** Which reports on TLS are due, and what became of them: one row for each day and domain, for all workers. */
import type pg from "pg";
import type { AppliedPolicy, CountedSessions } from "./report-json.ts";

export type DueReport = {
  readonly day: string;
  readonly domain: string;
  readonly attempts: number;
};

/** Days are over for ten minutes at least, so that every worker has added its numbers; domains spread over four hours (RFC 8460 §4.1). */
const claimText = `
INSERT INTO tls_report (day, domain, state, tried_at)
SELECT day, domain, 'due', $1 FROM (SELECT DISTINCT day, domain FROM tls_result
    WHERE day < ($1::timestamptz AT TIME ZONE 'UTC')::date AND day >= ($1::timestamptz AT TIME ZONE 'UTC')::date - 2) AS counted
  WHERE $1::timestamptz AT TIME ZONE 'UTC' >= day + 1 + make_interval(secs => 600 + abs(hashtext(domain)::bigint) % 13800)
    AND NOT EXISTS (SELECT FROM tls_report AS known WHERE known.day = counted.day AND known.domain = counted.domain
      AND (known.state <> 'due' OR known.tried_at > $1::timestamptz - interval '1 hour'))
  LIMIT $2
ON CONFLICT (day, domain) DO UPDATE SET tried_at = excluded.tried_at, attempts = tls_report.attempts + 1
  WHERE tls_report.state = 'due' AND tls_report.tried_at <= $1::timestamptz - interval '1 hour'
RETURNING to_char(day, 'YYYY-MM-DD') AS day, domain, attempts`;

export type ReportStore = {
  /** These are ours for an hour; then, unless they are settled, anybody's. */
  readonly claim: (now: Date, limit: number) => Promise<readonly DueReport[]>;
  readonly settle: (
    report: DueReport,
    state: "sent" | "none" | "failed" | "due",
    detail: string,
  ) => Promise<void>;
  readonly sessions: (report: DueReport) => Promise<readonly CountedSessions[]>;
  /** The MTA-STS policy of the domain that we hold. */
  readonly stsPolicy: (domain: string) => Promise<AppliedPolicy | null>;
};

export const createReportStore = (pool: pg.Pool): ReportStore => ({
  claim: async (now, limit) => {
    const { rows } = await pool.query<DueReport>({
      name: "tls-report-claim",
      text: claimText,
      values: [now, limit],
    });
    return rows;
  },
  settle: async ({ day, domain }, state, detail) => {
    await pool.query({
      name: "tls-report-settle",
      text: "UPDATE tls_report SET state = $3, detail = $4 WHERE day = $1::date AND domain = $2",
      values: [day, domain, state, detail.replaceAll("\0", "").slice(0, 1000)],
    });
  },
  sessions: async ({ day, domain }) => {
    const { rows } = await pool.query<{
      policy_type: CountedSessions["policyType"];
      host: string;
      result: string;
      sending_ip: string;
      receiving_ip: string;
      count: string;
    }>({
      name: "tls-report-sessions",
      text: `SELECT policy_type, host, result, sending_ip, receiving_ip, count FROM tls_result
        WHERE day = $1::date AND domain = $2 ORDER BY 1, 2, 3, 4, 5 LIMIT 1000`,
      values: [day, domain],
    });
    return rows.map((row) => ({
      policyType: row.policy_type,
      host: row.host,
      result: row.result,
      sendingIp: row.sending_ip,
      receivingIp: row.receiving_ip,
      count: Number(row.count),
    }));
  },
  stsPolicy: async (domain) => {
    const { rows } = await pool.query<{ policy: Buffer }>({
      name: "tls-report-policy",
      text: "SELECT policy FROM mta_sts_policy WHERE domain = $1",
      values: [domain],
    });
    const [row] = rows;
    if (row === undefined) return null;
    const lines = row.policy
      .toString("utf8")
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== "");
    const hosts = lines.flatMap((line) => /^mx:\s*(\S+)$/i.exec(line)?.[1] ?? []);
    return { lines, hosts };
  },
});
