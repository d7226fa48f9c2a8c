/** A report on TLS as its JSON says it (RFC 8460 §4). */

export type CountedSessions = {
  readonly policyType: "tlsa" | "sts" | "no-policy-found";
  /** "" where it failed before there was a host. */
  readonly host: string;
  /** `success`, or a result type of RFC 8460 §4.3. */
  readonly result: string;
  /** "" where they are not known. */
  readonly sendingIp: string;
  readonly receivingIp: string;
  readonly count: number;
};

/** The policy as it was published, line by line or record by record. */
export type AppliedPolicy = {
  readonly lines: readonly string[];
  readonly hosts: readonly string[];
};

export type ReportFacts = {
  readonly organization: string;
  readonly contact: string;
  readonly reportId: string;
  /** UTC, as YYYY-MM-DD. */
  readonly day: string;
  readonly domain: string;
  readonly sessions: readonly CountedSessions[];
  readonly policies: ReadonlyMap<CountedSessions["policyType"], AppliedPolicy>;
};

export const reportJson = (facts: ReportFacts) => ({
  "organization-name": facts.organization,
  "date-range": {
    "start-datetime": `${facts.day}T00:00:00Z`,
    "end-datetime": `${facts.day}T23:59:59Z`,
  },
  "contact-info": facts.contact,
  "report-id": facts.reportId,
  policies: [...new Set(facts.sessions.map(({ policyType }) => policyType))]
    .sort()
    .map((policyType) => policyReport(facts, policyType)),
});

const policyReport = (facts: ReportFacts, policyType: CountedSessions["policyType"]) => {
  const sessions = facts.sessions.filter((one) => one.policyType === policyType);
  const failures = sessions.filter(({ result }) => result !== "success");
  const applied = facts.policies.get(policyType);
  return {
    policy: {
      "policy-type": policyType,
      ...(applied === undefined || applied.lines.length === 0
        ? {}
        : { "policy-string": applied.lines }),
      "policy-domain": facts.domain,
      ...(applied === undefined || applied.hosts.length === 0 ? {} : { "mx-host": applied.hosts }),
    },
    summary: {
      "total-successful-session-count": total(sessions) - total(failures),
      "total-failure-session-count": total(failures),
    },
    ...(failures.length === 0
      ? {}
      : {
          "failure-details": failures.map(({ result, host, sendingIp, receivingIp, count }) => ({
            "result-type": result,
            ...(sendingIp === "" ? {} : { "sending-mta-ip": sendingIp }),
            ...(host === "" ? {} : { "receiving-mx-hostname": host }),
            ...(receivingIp === "" ? {} : { "receiving-ip": receivingIp }),
            "failed-session-count": count,
          })),
        }),
  };
};

const total = (sessions: readonly CountedSessions[]): number =>
  sessions.reduce((sum, { count }) => sum + count, 0);

/** RFC 8460 §5.1. */
export const reportFileName = (sender: string, { domain, day, reportId }: ReportFacts): string => {
  const start = Date.parse(`${day}T00:00:00Z`) / 1000;
  const unique = reportId.replace(/[^A-Za-z0-9.-]/g, "-");
  return `${sender}!${domain}!${start}!${start + 86_399}!${unique}.json.gz`;
};
