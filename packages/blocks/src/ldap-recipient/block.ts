import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "ldap-recipient",
  version: 1,
  title: "LDAP recipient",
  summary: "Is the recipient in the directory?",
  category: "lookup",
  synonyms: ["active directory", "ad", "user exists", "recipient verification"],
  icon: "address-book",
  flows: ["recipient"],
  config: z.strictObject({
    directory: field.reference("directory", {
      label: "Directory",
      help: "The recipient's address stands for %s in its query.",
    }),
  }),
  defaults: { directory: "" },
  example: { directory: "main" },
  outcomes: { found: "Found", missing: "No such user", error: "No answer" },
  tones: { missing: "else", error: "error" },
  label: ({ directory }) => `in ${directory}`,
  script: ({ directory }, to, local) => hsl`
    ${local("found")} = ldap_search(${`ldap:${directory}`}, $recipient);
    if (is_number(${local("found")})) {
      ${to("error")}
    }
    if (count(${local("found")}) == 0) {
      ${to("missing")}
    }
    ${to("found")}`,
});
