import { defineBlock, field, template } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "reject",
  version: 1,
  title: "Reject",
  summary: "Refuses for good; the client does not try again.",
  category: "ending",
  synonyms: ["deny", "refuse", "550", "535", "5xx"],
  icon: "circle-x",
  flows: ["recipient", "content", "authentication"],
  config: z.strictObject({
    text: field
      .template({
        label: "Text",
        help: "What the client is told, and so the person who sent the mail. Empty: a plain text.",
        placeholder: "No such user",
        max: 1000,
      })
      .default(""),
  }),
  defaults: {},
  example: { text: "Not from $senderip" },
  outcomes: {},
  ends: "reject",
  label: ({ text }) => text || "Plain text",
  script: ({ text }, _to, _local, kind) =>
    text === "" ? hsl`Reject();` : hsl`Reject(${template(text, kind)});`,
});
