import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "allow",
  version: 1,
  title: "Allow",
  summary: "Lets the client in.",
  category: "ending",
  synonyms: ["accept", "connect"],
  icon: "circle-check",
  flows: ["ip-policy"],
  config: z.strictObject({
    seconds: field
      .number({
        label: "Remember for",
        help: "The same address is let in without asking for that long. 0: ask each time.",
        min: 0,
        max: 86_400,
        unit: "seconds",
      })
      .default(0),
  }),
  defaults: {},
  example: { seconds: 60 },
  outcomes: {},
  ends: "accept",
  label: ({ seconds }) => (seconds > 0 ? `for ${seconds} s` : "Let in"),
  script: ({ seconds }) => (seconds > 0 ? hsl`Allow(${seconds});` : hsl`Allow();`),
});
