import { defineBlock } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "delete",
  version: 1,
  title: "Delete",
  summary: "Takes the message and drops it; nobody is told.",
  category: "ending",
  synonyms: ["drop", "discard", "null"],
  icon: "trash",
  flows: ["content", "delivery"],
  config: z.strictObject({}),
  defaults: {},
  example: {},
  outcomes: {},
  ends: "reject",
  label: () => "Without a notice",
  script: () => hsl`Delete();`,
});
