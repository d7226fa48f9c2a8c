/** Certificates that cannot be read, are not there yet, or end soon. Pure. */
import type { Settings } from "@sluice/settings";
import { readCertificates } from "../certificate-reading.ts";
import type { SettingsProblem } from "./problem.ts";

export const certificateProblems = (settings: Settings, now: Date): SettingsProblem[] => {
  const used = new Set(
    Object.values(settings.listeners).flatMap(({ tls }) =>
      tls.mode === "off" ? [] : tls.certificates,
    ),
  );
  return Object.entries(settings.certificates).flatMap(
    ([id, { certificate, request }]): SettingsProblem[] => {
      const place = { kind: "certificate" as const, id, field: ["certificate"] };
      const isUsed = used.has(id);
      if (certificate.trim() === "" && request !== undefined) {
        return [
          {
            ...place,
            severity: isUsed ? "error" : "advice",
            rule: "certificate",
            message: "The request still waits for its certificate.",
            cure: "Give the request to your authority, and enter the certificate it sends back.",
          },
        ];
      }
      const [first] = readCertificates(certificate) ?? [];
      if (first === undefined) {
        return [
          {
            ...place,
            severity: "error",
            rule: "certificate",
            message: "This is no certificate in PEM.",
            cure: "Enter the text from BEGIN CERTIFICATE to END CERTIFICATE, the chain after it.",
          },
        ];
      }
      if (new Date(first.validTo) < now) {
        return [
          {
            ...place,
            severity: "warning",
            rule: "certificate",
            message: `The certificate has expired on ${first.validTo.slice(0, 10)}.`,
            cure: "Enter a new one.",
          },
        ];
      }
      const days = Math.floor((new Date(first.validTo).getTime() - now.getTime()) / 86_400_000);
      if (days < expiryWarningDays) {
        return [
          {
            ...place,
            severity: "warning",
            rule: "certificate-expiry",
            message: `The certificate expires in ${days} days, on ${first.validTo.slice(0, 10)}.`,
            cure: "Enter a new one before.",
          },
        ];
      }
      return [];
    },
  );
};

/** Authorities that give 90 days let renew after 60. */
const expiryWarningDays = 21;
