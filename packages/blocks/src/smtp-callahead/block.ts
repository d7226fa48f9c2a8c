import { defineBlock, field, type Outcomes } from "@sluice/flow-schema";
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
    transport: field
      .reference("transport", {
        label: "Transport",
        help: "The server to ask; one that knows its own users. None: the transport of the recipient's domain.",
      })
      .optional(),
    sender: field
      .choice(["null", "sender"], {
        label: "Ask as",
        help: "The null sender is taken by every server that follows the standard.",
        choices: { null: "Null sender (<>)", sender: "The sender of the mail" },
      })
      .default("null"),
    ownWords: field
      .toggle({
        label: "Refuse with the server's words",
        help: "The client reads what the server said. Off: “Refused” leads on to a block of yours.",
      })
      .default(false),
  }),
  defaults: {},
  example: { transport: "internal" },
  outcomes: ({ ownWords }): Outcomes<string> => ({
    accepted: "Taken",
    ...(ownWords ? {} : { refused: "Refused" }),
    error: "No answer",
  }),
  tones: { refused: "else", error: "error" },
  label: ({ transport }) =>
    transport === undefined ? "at the domain's server" : `at ${transport}`,
  script: ({ transport, sender, ownWords }, to, local) => {
    const server =
      transport === undefined ? hsl`$transportid` : hsl`${`mailtransport:${transport}`}`;
    const from = sender === "null" ? hsl`""` : hsl`$sender`;
    const refused = ownWords ? hsl`Reject(${local("answer")}["error_message"]);` : to("refused");
    return hsl`
      ${local("answer")} = smtp_lookup_rcpt(${server}, ${from}, $recipient, ["extended_result" => true]);
      if (${local("answer")}["result"] < 0) {
        ${to("error")}
      }
      if (${local("answer")}["result"] == 0) {
        ${refused}
      }
      ${to("accepted")}`;
  },
});
