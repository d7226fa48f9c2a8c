import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "srs-restore",
  version: 1,
  title: "Restore sender",
  summary: "Is this a bounce to a sender that was rewritten here? Sends it where it belongs.",
  category: "check",
  synonyms: ["srs", "srs0", "sender rewriting scheme", "bounce", "reverse"],
  icon: "arrow-back-up",
  flows: ["recipient"],
  config: z.strictObject({
    signer: field.reference("signer", {
      label: "Under",
      help: "The domain under which senders are rewritten.",
    }),
  }),
  defaults: { signer: "" },
  example: { signer: "example.org" },
  outcomes: {
    restored: "Restored",
    other: "Not rewritten",
    invalid: "Made up or too old",
  },
  tones: { restored: "accept", other: "continue", invalid: "reject" },
  passThrough: "other",
  label: ({ signer }) => `Under ${signer}`,
  script: ({ signer }, to, local) => hsl`
    ${local("answer")} = SRSRestore(${`signer:${signer}`});
    switch (${local("answer")}["result"]) {
      case "restored":
        SetRecipient(${local("answer")}["address"]);
        ${to("restored")}
      case "none":
        ${to("other")}
      default:
        ${to("invalid")}
    }`,
});
