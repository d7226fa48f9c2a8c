import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "set-transport",
  version: 1,
  title: "Set transport",
  summary: "Chooses how the message leaves.",
  category: "change",
  synonyms: ["route", "relay", "smart host", "next hop"],
  icon: "route",
  flows: ["content"],
  config: z.strictObject({
    transport: field.reference("transport", {
      label: "Transport",
      help: "How the message leaves.",
    }),
  }),
  defaults: { transport: "" },
  example: { transport: "internal" },
  outcomes: { next: "Next" },
  label: ({ transport }) => transport,
  script: ({ transport }, to) => hsl`
    SetMailTransport(${`mailtransport:${transport}`});
    ${to("next")}`,
});
