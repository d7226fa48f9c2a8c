import { defineBlock } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "authenticated",
  version: 1,
  title: "Signed in?",
  summary: "Has the client signed in?",
  category: "check",
  synonyms: ["auth", "sasl", "submission", "user"],
  icon: "user-check",
  flows: ["recipient", "content"],
  config: z.strictObject({}),
  defaults: {},
  example: {},
  outcomes: { yes: "Signed in", no: "Not signed in" },
  tones: { no: "else" },
  // Switched off it must not let everybody pass as signed in.
  passThrough: "no",
  label: () => "By AUTH",
  script: (_config, to) => hsl`
    if ($saslauthed) {
      ${to("yes")}
    }
    ${to("no")}`,
});
