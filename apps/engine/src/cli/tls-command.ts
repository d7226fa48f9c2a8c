/** How TLS to other servers came out. */
import { ask } from "./connect.ts";
import { type Command, CommandError } from "./invocation.ts";
import { table } from "./table.ts";

const mostDays = 90;

const reportWords = { due: "due", sent: "sent", none: "not wanted", failed: "given up" } as const;

export const tls: Command = async ({ words }) => {
  const days = Number(words[0] ?? 7);
  if (words.length > 1 || !Number.isInteger(days) || days < 1 || days > mostDays) {
    throw new CommandError(2, `Give a number of days, from 1 to ${mostDays}.`);
  }
  const value = await ask((api) => api.system.tlsResults.query({ days }));
  const rows = value.map(({ day, domain, policyType, successes, failed, failures, report }) => [
    day,
    domain,
    policyType,
    successes,
    failed,
    report === null ? "" : reportWords[report.state],
    failures
      .map(({ host, result, count }) => `${result}${host === "" ? "" : ` at ${host}`} (${count})`)
      .join(", "),
  ]);
  return {
    text: table(["day", "domain", "policy", "with TLS", "failed", "report", "failures"], rows),
    value,
  };
};
