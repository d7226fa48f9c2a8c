import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "file-login",
  version: 1,
  title: "File sign-in",
  summary: "Checks name and password against a file.",
  category: "lookup",
  synonyms: ["accounts", "password file", "login", "users"],
  icon: "key",
  flows: ["authentication"],
  config: z.strictObject({
    file: field.reference("file", {
      label: "File",
      help: "Each line: a name, blanks, a password. Lines with more or fewer words sign nobody in.",
    }),
  }),
  defaults: { file: "" },
  example: { file: "accounts" },
  outcomes: { accepted: "Right", refused: "Wrong", error: "No answer" },
  tones: { refused: "else", error: "error" },
  passThrough: "refused",
  label: ({ file }) => `in ${file}`,
  script: ({ file }, to, local) => hsl`
    ${local("line")} = in_file($saslusername, ${`file:${file}`}, ["on_error" => -1]);
    if (is_number(${local("line")})) {
      ${to("error")}
    }
    if (count(${local("line")}) == 2 and secret_equals(${local("line")}[1], $saslpassword)) {
      ${to("accepted")}
    }
    ${to("refused")}`,
});
