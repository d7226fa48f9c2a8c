import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";
import { subjectFields, subjectLabel, subjectScript } from "../subject.ts";

export const block = defineBlock({
  type: "ldap-lookup",
  version: 1,
  title: "LDAP look-up",
  summary: "Does the directory have an entry for a value?",
  category: "lookup",
  synonyms: ["active directory", "ad", "group", "member"],
  icon: "address-book",
  flows: ["recipient", "content", "authentication", "delivery"],
  config: z.strictObject({
    directory: field.reference("directory", { label: "Directory", help: "Where to look." }),
    ...subjectFields("What is looked up", "sender"),
    query: field
      .text({
        label: "Query",
        help: "An LDAP filter with %s for the value. Empty: the directory's own query.",
        placeholder: "(&(mail=%s)(memberOf=cn=staff,dc=example,dc=org))",
        max: 4000,
      })
      .default(""),
    base: field
      .text({ label: "Base DN", help: "Empty: the directory's own base.", max: 1000 })
      .default(""),
  }),
  defaults: { directory: "" },
  example: {
    directory: "main",
    subject: "user",
    query: "(&(uid=%s)(memberOf=cn=staff,dc=example,dc=org))",
  },
  outcomes: { found: "Found", missing: "Not found", error: "No answer" },
  tones: { missing: "else", error: "error" },
  label: (config) => `${subjectLabel(config)} in ${config.directory}`,
  script: (config, to, local, kind) => {
    const { directory, query, base } = config;
    const override = { ...(query !== "" && { query }), ...(base !== "" && { base }) };
    const third = query === "" && base === "" ? hsl.raw("") : hsl`, ${override}`;
    return hsl`
      ${local("found")} = ldap_search(${`ldap:${directory}`}, ${subjectScript(config, kind)}${third});
      if (is_number(${local("found")})) {
        ${to("error")}
      }
      if (count(${local("found")}) == 0) {
        ${to("missing")}
      }
      ${to("found")}`;
  },
});
