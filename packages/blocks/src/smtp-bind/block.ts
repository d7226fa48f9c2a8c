import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "smtp-bind",
  version: 1,
  title: "SMTP sign-in",
  summary: "Checks name and password at another mail server.",
  category: "lookup",
  synonyms: ["smtp auth", "login", "password", "exchange"],
  icon: "key",
  flows: ["authentication"],
  config: z.strictObject({
    transport: field.reference("transport", {
      label: "Transport",
      help: "The server that knows the passwords; one that finds its host by MX cannot be asked.",
    }),
  }),
  defaults: { transport: "" },
  example: { transport: "internal" },
  outcomes: { accepted: "Right", refused: "Wrong", error: "No answer" },
  tones: { refused: "else", error: "error" },
  passThrough: "refused",
  label: ({ transport }) => `at ${transport}`,
  script: ({ transport }, to, local) => hsl`
    ${local("answer")} = smtp_lookup_auth(${`mailtransport:${transport}`}, $saslusername, $saslpassword);
    if (${local("answer")} < 0) {
      ${to("error")}
    }
    if (${local("answer")} == 1) {
      ${to("accepted")}
    }
    ${to("refused")}`,
});
