import { field, ObjectId } from "@sluice/flow-schema";
import { z } from "zod";

/** A domain we take mail for; its id is its name, or "any". */
export const Domain = z.strictObject({
  enabled: field
    .toggle({ label: "Enabled", help: "A disabled domain is refused like a foreign one." })
    .default(true),
  /** Which domain this object stands for; the id when absent. Lets one domain stand on several listeners. */
  name: field
    .text({
      label: "Domain name",
      help: "What stands after the @ of an address, or “any”. Empty: the name in the settings is the domain's name.",
      max: 255,
    })
    .optional(),
  listener: ObjectId.optional(),
  aliases: field
    .list(z.string(), {
      label: "Aliases",
      help: "Other names that take everything from this domain.",
    })
    .default([]),
  recipientFlow: ObjectId.optional(),
  contentFlow: ObjectId.optional(),
  deliveryFlow: ObjectId.optional(),
  transport: ObjectId.optional(),
  /** What happens when recipients of one message have different content flows (or depend on the recipient). */
  oneReply: field
    .choice(["split", "merge"], {
      label: "Recipients with different verdicts",
      help: "Split asks the client to send them apart; merge gives one answer: Reject before Defer, Quarantine, Delete, Deliver.",
      choices: { split: "Split", merge: "Merge" },
    })
    .default("split"),
});
export type Domain = z.output<typeof Domain>;
