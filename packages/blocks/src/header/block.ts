import { defineBlock, field, template } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "header",
  version: 1,
  title: "Header",
  summary: "Adds, sets or removes a header field.",
  category: "change",
  synonyms: ["x-header", "add header", "remove header"],
  icon: "heading",
  flows: ["content"],
  config: z.strictObject({
    action: field
      .choice(["add", "set", "remove"], {
        label: "Action",
        help: "Add puts one more at the top; set leaves exactly one; remove takes all away.",
        choices: { add: "Add", set: "Set", remove: "Remove" },
      })
      .default("add"),
    name: field.text({
      label: "Name",
      help: "Name of the field.",
      placeholder: "X-Scanned",
      pattern: /^[!-9;-~]{1,76}$/,
      patternHelp: "Printable letters without blanks and colons.",
    }),
    value: field
      .template({ label: "Value", help: "Not used for Remove.", max: 900 })
      .refine((text) => !/[\r\n\0]/.test(text), "A header's value has no line breaks.")
      .default(""),
  }),
  defaults: { name: "" },
  example: { action: "add", name: "X-Client", value: "$senderip" },
  outcomes: { next: "Next" },
  label: ({ action, name, value }) =>
    action === "remove" ? `Remove ${name}` : `${name}: ${value}`,
  script: ({ action, name, value }, to, _local, kind) => {
    if (action === "remove")
      return hsl`
      DelHeader(${name});
      ${to("next")}`;
    const call = hsl.raw(action === "add" ? "AddHeader" : "SetHeader");
    return hsl`
      ${call}(${name}, ${template(value, kind)});
      ${to("next")}`;
  },
});
