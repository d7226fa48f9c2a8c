/** Reports on TLS that nobody would send, or believe. Pure. */
import { domainOf, parseMailbox } from "@sluice/mail-syntax";
import { type Settings, signerFor } from "@sluice/settings";
import type { SettingsProblem } from "./problem.ts";

export const tlsReportProblems = ({ gateway, signers }: Settings): SettingsProblem[] => {
  if (!gateway.tlsReports) return [];
  const problem = {
    kind: "gateway",
    id: "gateway",
    rule: "tls-reports",
    field: ["tlsReportSender"],
  } as const;
  const sender = parseMailbox(gateway.tlsReportSender);
  if (sender === null) {
    return [
      {
        ...problem,
        severity: "error",
        message: "Reports on TLS have no sender, so none can be sent.",
        cure: "Enter an address, or switch the reports off.",
      },
    ];
  }
  const found = signerFor(signers, domainOf(sender));
  const isSigned =
    found !== null && Object.values(found.signer.keys).some(({ use }) => use === "active");
  return isSigned
    ? []
    : [
        {
          ...problem,
          severity: "warning",
          message: `No active key signs mail of ${domainOf(sender)}: receivers throw unsigned reports on TLS away (RFC 8460 §5.3).`,
          cure: "Make a signing key for the domain and publish its record.",
        },
      ];
};
