import { defineBlock } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "virus-scan",
  version: 1,
  title: "Virus scan",
  summary: "Does ClamAV find malware in the message?",
  category: "content",
  synonyms: ["clamav", "clamd", "anti-virus", "antivirus", "malware", "kaspersky", "outbreak"],
  icon: "virus-search",
  flows: ["content"],
  config: z.strictObject({}),
  defaults: {},
  example: {},
  outcomes: { clean: "Clean", found: "Found", error: "Not scanned" },
  tones: { found: "else", error: "error" },
  passThrough: "clean",
  label: () => "ClamAV",
  script: (_config, to, local) => hsl`
    ${local("scan")} = ScanCLAM(["extended_result" => true]);
    if (isset(${local("scan")}["error"])) {
      ${to("error")}
    }
    if (count(${local("scan")}["result"]) > 0) {
      ${to("found")}
    }
    ${to("clean")}`,
});
