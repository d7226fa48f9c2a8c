import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "address-memory",
  version: 1,
  title: "Address memory",
  summary: "What became of this client's mail here before?",
  category: "lookup",
  synonyms: ["history", "reputation", "known client", "spam share", "remember"],
  icon: "history",
  flows: ["ip-policy", "recipient", "content"],
  config: z.strictObject({
    days: field
      .number({
        label: "Look back",
        help: "History forgets what is older than its own days.",
        min: 1,
        max: 365,
        unit: "days",
      })
      .default(7),
    minimum: field
      .number({
        label: "Messages for a judgement",
        help: "With fewer the client is “Not known”.",
        min: 1,
        max: 1_000_000,
      })
      .default(5),
    share: field
      .number({
        label: "Bad from this share of spam",
        help: "Of the messages taken to their end: held, deleted or refused by their content.",
        min: 1,
        max: 100,
        unit: "%",
      })
      .default(80),
    refusals: field
      .number({
        label: "Bad from this many refusals",
        help: "Of a client none of whose mail was ever taken: guessed recipients, blocked connections. 0: they do not count.",
        min: 0,
        max: 1_000_000,
      })
      .default(0),
  }),
  defaults: {},
  example: { days: 7, minimum: 5, share: 80, refusals: 100 },
  outcomes: { good: "Good", unknown: "Not known", bad: "Bad", error: "No answer" },
  tones: { unknown: "else", bad: "else", error: "error" },
  passThrough: "unknown",
  label: ({ days, share }) => `${share} % spam in ${days} days`,
  script: ({ days, minimum, share, refusals }, to, local) => hsl`
    ${local("memory")} = address_memory($senderip, ${days});
    if (is_number(${local("memory")})) {
      ${to("error")}
    }
    if (${refusals} > 0 and ${local("memory")}["accepted"] == 0 and ${local("memory")}["rejected"] >= ${refusals}) {
      ${to("bad")}
    }
    if (${local("memory")}["accepted"] + ${local("memory")}["spam"] < ${minimum}) {
      ${to("unknown")}
    }
    if (${local("memory")}["share"] * 100 >= ${share}) {
      ${to("bad")}
    }
    ${to("good")}`,
});
