import { defineBlock, field, verbatim } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "branch",
  version: 1,
  title: "Branch",
  summary: "Goes one way or the other by a condition.",
  category: "control",
  synonyms: ["if", "condition", "switch", "decide"],
  icon: "git-branch",
  flows: ["recipient", "content", "authentication", "ip-policy", "delivery"],
  config: z.strictObject({
    condition: field.expression({
      label: "Condition",
      help: 'An expression, such as $senderip == "192.0.2.1".',
      placeholder: '$senderip == "192.0.2.1"',
    }),
  }),
  defaults: { condition: "" },
  example: { condition: '$senderip == "192.0.2.1"' },
  outcomes: { yes: "Yes", no: "No" },
  tones: { no: "else" },
  passThrough: "no",
  label: ({ condition }) => condition.replace(/\s+/g, " "),
  // A line of its own keeps a comment in the condition from swallowing the bracket.
  script: ({ condition }, to) => hsl`
    if (
      ${verbatim(condition)}
    ) {
      ${to("yes")}
    }
    ${to("no")}`,
});
