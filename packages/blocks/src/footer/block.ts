import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "footer",
  version: 1,
  title: "Footer",
  summary: "Puts a text below or above what the author wrote.",
  category: "change",
  synonyms: ["disclaimer", "banner", "external warning", "legal notice"],
  icon: "text-plus",
  flows: ["content"],
  config: z.strictObject({
    text: field
      .multiline({
        label: "Text",
        help: "For the plain text of the message.",
        placeholder: "This message came from outside.",
        max: 10_000,
      })
      .refine((text) => text.trim() !== "", "Fill this in."),
    html: field
      .multiline({
        label: "HTML",
        help: "For the HTML of the message; made from the text when it is empty.",
        max: 50_000,
      })
      .default(""),
    position: field
      .choice(["bottom", "top"], {
        label: "Place",
        help: "Below or above the author's text.",
        choices: { bottom: "Below", top: "Above" },
      })
      .default("bottom"),
  }),
  defaults: { text: "" },
  example: { text: "Example Ltd, Berlin", html: "", position: "bottom" },
  outcomes: { next: "Next", unchanged: "Not changed" },
  label: ({ text }) => text.trim().split("\n", 1)[0]?.slice(0, 40) ?? "",
  // Mail that is signed or encrypted, or has no text, is not changed.
  script: ({ text, html, position }, to) => hsl`
    if (WrapMessage(${text}, ${html.trim() === "" ? null : html}, ["position" => ${position}]) > 0) {
      ${to("next")}
    } else {
      ${to("unchanged")}
    }`,
});
