import { defineBlock, field, template } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "subject-tag",
  version: 1,
  title: "Subject tag",
  summary: "Puts a tag in front of the subject, once.",
  category: "change",
  synonyms: ["spam", "mark", "external"],
  icon: "tag",
  flows: ["content"],
  config: z.strictObject({
    tag: field
      .template({
        label: "Tag",
        help: "Put before the subject.",
        placeholder: "[Spam]",
        min: 1,
        max: 60,
      })
      .refine((text) => !/[\r\n\0]/.test(text), "A subject has no line breaks."),
  }),
  defaults: { tag: "" },
  example: { tag: "[Spam]" },
  outcomes: { next: "Next" },
  label: ({ tag }) => tag,
  // A reply comes back with the tag in it, and a message may pass twice.
  script: ({ tag }, to, local, kind) => hsl`
    ${local("tag")} = ${template(tag, kind)};
    if (strpos(GetHeader("Subject"), ${local("tag")}) < 0) {
      if (PrependHeader("Subject", ${local("tag")} . " ") == 0) AddHeader("Subject", ${local("tag")});
    }
    ${to("next")}`,
});
