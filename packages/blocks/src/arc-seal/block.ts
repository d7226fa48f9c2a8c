import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "arc-seal",
  version: 1,
  title: "ARC seal",
  summary: "Seals what the checks said here, for the next host.",
  category: "change",
  synonyms: ["authenticated received chain", "forwarding", "rfc 8617", "dmarc"],
  icon: "rosette-discount-check",
  flows: ["content"],
  config: z.strictObject({
    signer: field.reference("signer", {
      label: "Signing keys",
      help: "The domain that seals. Its RSA key is used if it has one, for every receiver knows RSA.",
    }),
  }),
  defaults: { signer: "" },
  example: { signer: "example.org" },
  outcomes: { next: "Next" },
  label: ({ signer }) => `As ${signer}`,
  script: ({ signer }, to) => hsl`
    ARCSeal(${`signer:${signer}`});
    ${to("next")}`,
});
