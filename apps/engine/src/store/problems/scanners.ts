/** Flows that ask a scanner where none is set: every message would wait. Pure. */
import type { Settings } from "@sluice/settings";
import type { SettingsProblem } from "./problem.ts";

const scanners = [
  { block: "spam-scan", call: /\bScanSA(?:Rules)?\s*\(/, name: "SpamAssassin", setting: "spamd" },
  { block: "virus-scan", call: /\bScanCLAM\s*\(/, name: "ClamAV", setting: "clamd" },
] as const;

export const scannerProblems = ({ flows, gateway }: Settings): SettingsProblem[] =>
  scanners
    .filter(({ setting }) => gateway[setting].length === 0)
    .flatMap(({ block, call, name }) =>
      Object.entries(flows).flatMap(([id, flow]) =>
        Object.entries(flow.nodes)
          .filter(
            ([, node]) =>
              node.disabled !== true &&
              (node.block === block || call.test(JSON.stringify(node.config))),
          )
          .map(([node]) => ({
            kind: "flow" as const,
            id,
            node,
            severity: "warning" as const,
            rule: "scanner",
            message: `No ${name} server is set, so nothing can be scanned.`,
            cure: `Say where it listens in Settings › Gateway › Scanners.`,
          })),
      ),
    );
