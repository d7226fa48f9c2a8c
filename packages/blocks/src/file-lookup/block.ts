import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";
import { subjectFields, subjectLabel, subjectScript } from "../subject.ts";

export const block = defineBlock({
  type: "file-lookup",
  version: 1,
  title: "File look-up",
  summary: "Is a value the first word of a line in a file?",
  category: "lookup",
  synonyms: ["in_file", "list", "users", "word list", "access map"],
  icon: "file-search",
  flows: ["recipient", "content", "authentication", "ip-policy", "delivery"],
  config: z.strictObject({
    file: field.reference("file", { label: "File", help: "A text file of the file store." }),
    ...subjectFields("What is looked up", "recipient"),
    ignoreCase: field
      .toggle({ label: "Ignore case", help: "Joe@Example.org finds joe@example.org." })
      .default(true),
  }),
  defaults: { file: "" },
  example: { file: "friends", subject: "client" },
  outcomes: { found: "Found", missing: "Not found", error: "No answer" },
  tones: { missing: "else", error: "error" },
  label: (config) => `${subjectLabel(config)} in ${config.file}`,
  script: (config, to, local, kind) => hsl`
    ${local("line")} = in_file(${subjectScript(config, kind)}, ${`file:${config.file}`}, ["ignore_case" => ${config.ignoreCase}, "on_error" => -1]);
    if (is_number(${local("line")})) {
      ${to("error")}
    }
    if (count(${local("line")}) == 0) {
      ${to("missing")}
    }
    ${to("found")}`,
});
