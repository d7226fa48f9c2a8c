import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "dkim-sign",
  version: 1,
  title: "DKIM sign",
  summary: "Signs the message as it leaves, with every active key of a domain.",
  category: "change",
  synonyms: ["signature", "domainkeys", "selector", "rfc 6376", "ed25519"],
  icon: "signature",
  flows: ["content", "delivery"],
  config: z.strictObject({
    signer: field
      .reference("signer", {
        label: "Sign as",
        help: "None: as the domain of the From field, or as the domain above it that has keys; in delivery flows that of the envelope sender. Receivers trust the signature of another domain less.",
      })
      .optional(),
    onlySignedIn: field
      .toggle({
        label: "Only for signed-in users",
        help: "Off: whoever reaches this block is signed for. Then put a check of the client before it.",
      })
      .default(true),
  }),
  defaults: {},
  example: {},
  outcomes: { signed: "Signed", unsigned: "Not signed" },
  tones: { unsigned: "else" },
  passThrough: "unsigned",
  label: ({ signer }) => (signer === undefined ? "As the sender's domain" : `As ${signer}`),
  script: ({ signer, onlySignedIn }, to, _local, kind) => {
    const call = signer === undefined ? hsl`DKIMSignAs()` : hsl`DKIMSignAs(${`signer:${signer}`})`;
    const known = kind === "delivery" ? hsl`$saslusername != ""` : hsl`$saslauthed`;
    const condition = onlySignedIn ? hsl`${known} and ${call} > 0` : hsl`${call} > 0`;
    return hsl`
      if (${condition}) {
        ${to("signed")}
      }
      ${to("unsigned")}`;
  },
});
