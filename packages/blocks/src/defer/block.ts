import { defineBlock, field, template } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "defer",
  version: 1,
  title: "Defer",
  summary: "Asks the client to try again later; nothing is lost.",
  category: "ending",
  synonyms: ["tempfail", "try again", "450", "451", "454", "4xx", "greylist"],
  icon: "clock-pause",
  flows: ["recipient", "content", "authentication"],
  config: z.strictObject({
    text: field
      .template({
        label: "Text",
        help: "What the client is told. Empty: a plain text.",
        placeholder: "Try again later",
        max: 1000,
      })
      .default(""),
  }),
  defaults: {},
  example: { text: "Too many messages from $senderip, try again later" },
  outcomes: {},
  ends: "defer",
  label: ({ text }) => text || "Plain text",
  script: ({ text }, _to, _local, kind) =>
    text === "" ? hsl`Defer();` : hsl`Defer(${template(text, kind)});`,
});
