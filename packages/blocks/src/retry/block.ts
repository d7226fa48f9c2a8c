import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "retry",
  version: 1,
  title: "Keep in queue",
  summary: "Keeps the mail for a later attempt.",
  category: "ending",
  synonyms: ["retry", "reschedule", "later", "wait"],
  icon: "clock",
  flows: ["delivery"],
  config: z.strictObject({
    minutes: field
      .number({
        label: "Wait",
        help: "Until the next attempt. 0: as the transport's retry plan says.",
        min: 0,
        max: 10_080,
        unit: "minutes",
      })
      .default(0),
  }),
  defaults: {},
  example: { minutes: 30 },
  outcomes: {},
  ends: "defer",
  label: ({ minutes }) => (minutes > 0 ? `${minutes} minutes` : "As the retry plan says"),
  // Before the attempt there is nothing to try again, so a plan's delay means: attempt now.
  script: ({ minutes }) =>
    minutes > 0
      ? hsl`Reschedule(${minutes * 60});`
      : hsl`
        if (not $attempted) Try();
        Retry();`,
});
