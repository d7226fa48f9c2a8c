import { defineBlock, field, template } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "deliver",
  version: 1,
  title: "Deliver",
  summary: "Takes the message and queues it for delivery.",
  category: "ending",
  synonyms: ["accept", "send", "250", "forward", "redirect"],
  icon: "send",
  flows: ["content"],
  config: z.strictObject({
    recipient: field
      .template({
        label: "Other recipient",
        help: "Where the message goes instead. Empty: to the recipient.",
        placeholder: "archive@example.org",
        max: 320,
      })
      .default(""),
    transport: field
      .reference("transport", {
        label: "Other transport",
        help: "How the message leaves. None: as the domain says.",
      })
      .optional(),
  }),
  defaults: {},
  example: { recipient: "archive@example.org", transport: "archive" },
  outcomes: {},
  ends: "accept",
  label: ({ recipient, transport }) =>
    [recipient && `to ${recipient}`, transport && `by ${transport}`].filter(Boolean).join(", ") ||
    "To the recipient",
  script: ({ recipient, transport }, _to, _local, kind) => {
    const to = recipient === "" ? hsl`$recipient` : template(recipient, kind);
    if (transport !== undefined) return hsl`Deliver(${to}, ${`mailtransport:${transport}`});`;
    return recipient === "" ? hsl`Deliver();` : hsl`Deliver(${to});`;
  },
});
