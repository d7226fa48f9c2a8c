import { defineBlock, field, template } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "quarantine",
  version: 1,
  title: "Quarantine",
  summary: "Keeps the message for somebody to look at.",
  category: "ending",
  synonyms: ["hold", "spam folder", "virus"],
  icon: "archive",
  flows: ["content"],
  config: z.strictObject({
    quarantine: field.reference("quarantine", {
      label: "Quarantine",
      help: "Where the message is kept.",
    }),
    answer: field
      .choice(["accept", "reject"], {
        label: "Answer",
        help: "“Refused” tells the sender, so a mistake is noticed; the message is kept all the same.",
        choices: { accept: "Accepted (250)", reject: "Refused (550)" },
      })
      .default("accept"),
    text: field
      .template({ label: "Text", help: "What the client is told when refused.", max: 1000 })
      .default(""),
  }),
  defaults: { quarantine: "" },
  example: { quarantine: "spam", answer: "reject", text: "This looks like spam" },
  outcomes: {},
  ends: "quarantine",
  label: ({ quarantine, answer }) => `in ${quarantine}${answer === "reject" ? ", refused" : ""}`,
  script: ({ quarantine, answer, text }, _to, _local, kind) => {
    const reason = text === "" ? hsl.raw("") : hsl`, "reason" => ${template(text, kind)}`;
    const options =
      answer === "accept" ? hsl`["reject" => false]` : hsl`["reject" => true${reason}]`;
    return hsl`Quarantine(${`mailquarantine:${quarantine}`}, none, none, ${options});`;
  },
});
