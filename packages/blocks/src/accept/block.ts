import { defineBlock } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "accept",
  version: 1,
  title: "Accept",
  summary: "Accepts the recipient, or the sign-in.",
  category: "ending",
  synonyms: ["allow", "ok", "250", "235"],
  icon: "circle-check",
  flows: ["recipient", "authentication"],
  config: z.strictObject({}),
  defaults: {},
  example: {},
  outcomes: {},
  ends: "accept",
  label: () => "Accept",
  script: () => hsl`Accept();`,
});
