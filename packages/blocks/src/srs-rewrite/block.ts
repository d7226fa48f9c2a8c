import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "srs-rewrite",
  version: 1,
  title: "Rewrite sender",
  summary: "Gives forwarded mail a sender of ours, so that it passes SPF.",
  category: "change",
  synonyms: ["srs", "srs0", "sender rewriting scheme", "forwarding", "spf", "envelope from"],
  icon: "arrow-forward-up",
  flows: ["content"],
  config: z.strictObject({
    signer: field.reference("signer", {
      label: "Under",
      help: "The domain of rewritten addresses, with the key that keeps others from making them up.",
    }),
  }),
  defaults: { signer: "" },
  example: { signer: "example.org" },
  outcomes: { rewritten: "Rewritten", unchanged: "Unchanged" },
  tones: { unchanged: "else" },
  passThrough: "unchanged",
  label: ({ signer }) => `Under ${signer}`,
  script: ({ signer }, to, local) => hsl`
    ${local("sender")} = SRSRewrite(${`signer:${signer}`});
    if (${local("sender")} == $sender) {
      ${to("unchanged")}
    }
    SetSender(${local("sender")});
    ${to("rewritten")}`,
});
