import { defineBlock, field, splitImports } from "@sluice/flow-schema";
import { blockTitle, hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "script",
  version: 1,
  title: "Script",
  summary: "Runs a script of your own.",
  category: "script",
  synonyms: ["hsl", "code", "program", "custom"],
  icon: "code",
  flows: ["ip-policy", "authentication", "recipient", "content", "delivery"],
  config: z.strictObject({
    source: field.script({
      label: "Script",
      help: "Its first comment is the block's title. Without an action the flow goes on.",
    }),
  }),
  defaults: { source: "// Script\n" },
  example: { source: '// Greets --webui-icon=https://example.org/hello.png\necho "Hello World";' },
  outcomes: { next: "Next" },
  label: ({ source }) => {
    const lines = source.trim() === "" ? 0 : source.trim().split("\n").length;
    return lines === 1 ? "1 line" : `${lines} lines`;
  },
  face: ({ source }) => {
    const { title, icon } = blockTitle(source);
    return { ...(title !== null && { title }), ...(icon !== null && { icon }) };
  },
  declarations: ({ source }) => splitImports(source).imports,
  script: ({ source }, to) => {
    const { body } = splitImports(source);
    return body.text === "" ? to("next") : hsl.join([body, to("next")]);
  },
});
