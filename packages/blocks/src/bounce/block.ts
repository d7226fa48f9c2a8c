import { defineBlock } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "bounce",
  version: 1,
  title: "Give up with notice",
  summary: "Ends delivery and tells the sender why.",
  category: "ending",
  synonyms: ["bounce", "dsn", "ndr", "notice", "fail"],
  icon: "mail-off",
  flows: ["delivery"],
  config: z.strictObject({}),
  defaults: {},
  example: {},
  outcomes: {},
  ends: "reject",
  label: () => "The sender gets a notice",
  script: () => hsl`GenerateDSN();`,
});
