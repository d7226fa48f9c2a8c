import { defineBlock, field, template } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "block",
  version: 1,
  title: "Block",
  summary: "Turns the client away before the greeting.",
  category: "ending",
  synonyms: ["deny", "refuse", "drop", "421", "554"],
  icon: "ban",
  flows: ["ip-policy"],
  config: z.strictObject({
    reply: field
      .choice(["later", "never", "silent"], {
        label: "Answer",
        help: "“Later” lets good clients come back; “silent” closes without a word.",
        choices: { later: "Try later (421)", never: "Never (554)", silent: "Silent" },
      })
      .default("later"),
    text: field
      .template({
        label: "Text",
        help: "What the client is told. Empty: a plain text.",
        placeholder: "No mail from $senderip",
        max: 400,
      })
      .default(""),
    seconds: field
      .number({
        label: "Remember for",
        help: "The same address is turned away at once for that long. 0: ask each time.",
        min: 0,
        max: 86_400,
        unit: "seconds",
      })
      .default(0),
  }),
  defaults: {},
  example: { reply: "never", text: "No mail from $senderip", seconds: 300 },
  outcomes: {},
  ends: "reject",
  label: ({ reply, text }) => (reply === "silent" ? "Silent" : text || plain[reply]),
  script: ({ reply, text, seconds }, _to, _local, kind) => {
    const ttl = seconds > 0 ? hsl`, ${seconds}` : hsl.raw("");
    if (reply === "silent") return seconds > 0 ? hsl`Block(${""}${ttl});` : hsl`Block();`;
    return hsl`Block(${template(`${codes[reply]} ${text || plain[reply]}`, kind)}${ttl});`;
  },
});

const codes = { later: "421 4.7.0", never: "554 5.7.1" } as const;
const plain = { later: "Try again later", never: "No mail from you" } as const;
