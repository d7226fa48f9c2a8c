import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import { scannerProblems } from "./scanners.ts";

const flows = {
  f: {
    kind: "content" as const,
    title: "f",
    entry: "virus",
    nodes: {
      virus: { block: "virus-scan", version: 1, config: {} },
      script: { block: "script", version: 1, config: { source: "if (ScanSA () > 5) Reject();" } },
    },
  },
};

test("a flow that asks a scanner which is not set is warned of, at its block", () => {
  const found = scannerProblems(Settings.parse({ flows }));
  expect(found.map(({ id, node, message }) => [id, node, message])).toEqual([
    ["f", "script", "No SpamAssassin server is set, so nothing can be scanned."],
    ["f", "virus", "No ClamAV server is set, so nothing can be scanned."],
  ]);
  const gateway = { spamd: ["127.0.0.1:783"], clamd: ["/run/clamav/clamd.ctl"] };
  expect(scannerProblems(Settings.parse({ flows, gateway }))).toEqual([]);
});
