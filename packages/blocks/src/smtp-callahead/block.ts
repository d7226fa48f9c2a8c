import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "smtp-callahead",
  version: 1,
  title: "SMTP call-ahead",
  summary: "Does the mail server behind us take the recipient?",
  category: "lookup",
  synonyms: ["recipient verification", "forward check", "callout", "smtp lookup"],
  icon: "phone-outgoing",
  flows: ["recipient"],
  config: z.strictObject({
    transport: field.reference("transport", {
      label: "Transport",
      help: "The server to ask; one that knows its own users.",
    }),
    sender: field
      .choice(["null", "sender"], {
        label: "Ask as",
        help: "The null sender is taken by every server that follows the standard.",
        choices: { null: "Null sender (<>)", sender: "The sender of the mail" },
      })
      .default("null"),
  }),
  defaults: { transport: "" },
  example: { transport: "internal" },
  outcomes: { accepted: "Taken", refused: "Refused", error: "No answer" },
  tones: { refused: "else", error: "error" },
  label: ({ transport }) => `at ${transport}`,
  script: ({ transport, sender }, to, local) => hsl`
    ${local("answer")} = smtp_lookup_rcpt(${`mailtransport:${transport}`}, ${sender === "null" ? "" : hsl`$sender`}, $recipient);
    if (${local("answer")} < 0) {
      ${to("error")}
    }
    if (${local("answer")} == 0) {
      ${to("refused")}
    }
    ${to("accepted")}`,
});
