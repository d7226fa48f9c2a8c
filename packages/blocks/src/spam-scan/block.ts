import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

const score = (label: string, help: string) =>
  field.number({ label, help, min: -100, max: 1000, unit: "points" });

export const block = defineBlock({
  type: "spam-scan",
  version: 1,
  title: "Spam score",
  summary: "How much does the message look like spam to SpamAssassin?",
  category: "content",
  synonyms: ["spamassassin", "spamd", "anti-spam", "pattern analysis", "score", "junk"],
  icon: "mail-exclamation",
  flows: ["content"],
  config: z.strictObject({
    likely: score("Probably spam from", "SpamAssassin's own mark is 5.").default(5),
    certain: score("Spam from", "So high that no honest mail gets there.").default(15),
    header: field
      .text({
        label: "Header field with the score",
        help: "Name of a field that gets the score; one that the message brings along is taken away. Empty: none.",
        placeholder: "X-Spam-Score",
        max: 76,
        pattern: /^(?:[!-9;-~]+)?$/,
        patternHelp: "Write the name of a header field.",
      })
      .default(""),
  }),
  defaults: {},
  example: { likely: 5, certain: 12, header: "X-Spam-Score" },
  outcomes: {
    fine: "Not spam",
    likely: "Probably spam",
    certain: "Spam",
    error: "Not scanned",
  },
  tones: { likely: "else", certain: "else", error: "error" },
  passThrough: "fine",
  label: ({ likely, certain }) => `from ${likely}, from ${certain}`,
  script: ({ likely, certain, header }, to, local) => hsl`
    ${local("scan")} = ScanSA(["extended_result" => true]);
    ${header === "" ? hsl`` : hsl`DelHeader(${header});`}
    if (isset(${local("scan")}["error"])) {
      ${to("error")}
    }
    ${header === "" ? hsl`` : hsl`AddHeader(${header}, ${local("scan")}["score"]);`}
    if (${local("scan")}["score"] >= ${certain}) {
      ${to("certain")}
    }
    if (${local("scan")}["score"] >= ${likely}) {
      ${to("likely")}
    }
    ${to("fine")}`,
});
