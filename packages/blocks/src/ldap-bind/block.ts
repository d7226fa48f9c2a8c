import { defineBlock, field, template } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "ldap-bind",
  version: 1,
  title: "LDAP sign-in",
  summary: "Checks name and password against a directory.",
  category: "lookup",
  synonyms: ["active directory", "ad", "bind", "login", "password"],
  icon: "key",
  flows: ["authentication"],
  config: z.strictObject({
    directory: field.reference("directory", { label: "Directory", help: "Who is asked." }),
    user: field
      .template({
        label: "Name",
        help: "A DN, user@domain, or a name that the directory's user query finds.",
        min: 1,
        max: 500,
      })
      .default("$saslusername"),
  }),
  defaults: { directory: "" },
  example: { directory: "main" },
  outcomes: { accepted: "Right", refused: "Wrong", error: "No answer" },
  tones: { refused: "else", error: "error" },
  passThrough: "refused",
  label: ({ directory }) => `in ${directory}`,
  script: ({ directory, user }, to, local, kind) => hsl`
    ${local("answer")} = ldap_bind(${`ldap:${directory}`}, ${template(user, kind)}, $saslpassword);
    if (${local("answer")} < 0) {
      ${to("error")}
    }
    if (${local("answer")} == 1) {
      ${to("accepted")}
    }
    ${to("refused")}`,
});
