import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "attachment-name",
  version: 1,
  title: "Attachment name",
  summary: "Has an attachment a name with one of these endings?",
  category: "content",
  synonyms: ["extension", "file type", "exe", "dangerous", "virus", "block attachments"],
  icon: "paperclip",
  flows: ["content"],
  config: z.strictObject({
    endings: field.list(
      z
        .string()
        .trim()
        .toLowerCase()
        .regex(/^[a-z0-9]{1,12}$/, "Write letters and digits, without the dot."),
      {
        label: "Endings",
        help: "Endings of file names, without the dot: exe, js.",
        min: 1,
        max: 200,
      },
    ),
  }),
  defaults: {
    endings: [
      ...["bat", "cmd", "com", "cpl", "exe", "hta", "js", "jse", "lnk", "msi", "pif", "ps1"],
      ...["reg", "scr", "vbe", "vbs", "wsf"],
    ],
  },
  example: { endings: ["exe", "scr"] },
  outcomes: { none: "None", found: "Found", error: "Cannot be read" },
  tones: { found: "else", error: "error" },
  passThrough: "none",
  label: ({ endings }) =>
    endings.length > 4
      ? `${endings.slice(0, 3).join(", ")} and ${endings.length - 3} more`
      : endings.join(", "),
  // Windows opens "a.exe. " too. A message that cannot be taken apart is not clean.
  script: ({ endings }, to, local) => hsl`
    try {
      ${local("found")} = count(GetAttachmentsByName(${`/\\.(?:${endings.join("|")})[. ]*$/i`}));
    } catch (${local("fault")}) {
      ${local("found")} = -1;
    }
    if (${local("found")} < 0) {
      ${to("error")}
    }
    if (${local("found")} > 0) {
      ${to("found")}
    }
    ${to("none")}`,
});
