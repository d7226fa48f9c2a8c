import { defineBlock } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "attempt",
  version: 1,
  title: "Try delivery",
  summary: "Makes the attempt; what follows runs when it is over.",
  category: "control",
  synonyms: ["send", "next hop", "try"],
  icon: "plane-departure",
  flows: ["delivery"],
  config: z.strictObject({}),
  defaults: {},
  example: {},
  outcomes: { delivered: "Delivered", deferred: "Not now", refused: "Refused" },
  tones: { delivered: "accept", deferred: "defer", refused: "reject" },
  dividesAttempt: true,
  label: () => "As the transport says",
  // A network fault has the code 0, and may pass by the next attempt.
  script: (_config, to) => hsl`
    if (not $attempted) Try();
    if ($errorcode == 250) {
      ${to("delivered")}
    } else if ($errorcode >= 500) {
      ${to("refused")}
    } else {
      ${to("deferred")}
    }`,
});
