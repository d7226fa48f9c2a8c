import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import { tlsReportProblems } from "./tls-reports.ts";

const found = (gateway: object, use?: "active" | "prepared"): [string, string][] =>
  tlsReportProblems(
    Settings.parse({
      gateway,
      signers:
        use === undefined
          ? {}
          : {
              "example.org": {
                domain: "example.org",
                keys: { s1: { algorithm: "rsa-sha256", publicKey: "MIIB", use } },
              },
            },
    }),
  ).map(({ severity, message }) => [severity, message]);

test("reports on TLS need a sender, and should be signed", () => {
  const tlsReportSender = "tls@mx.example.org";
  expect(found({ tlsReportSender })).toEqual([]);
  expect(found({ tlsReports: true })[0]?.[0]).toBe("error");
  for (const use of [undefined, "prepared"] as const)
    expect(found({ tlsReports: true, tlsReportSender }, use)).toEqual([
      ["warning", expect.stringContaining("No active key signs mail of mx.example.org")],
    ]);
  expect(found({ tlsReports: true, tlsReportSender }, "active")).toEqual([]);
});
