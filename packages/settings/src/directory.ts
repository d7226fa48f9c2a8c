import { field } from "@sluice/flow-schema";
import { z } from "zod";
import { StoredSecret } from "./secret.ts";

/** An LDAP profile. */
export const Directory = z.strictObject({
  title: field.text({ label: "Title", help: "Shown in lists.", max: 120 }).default(""),
  servers: field.list(z.string(), { label: "Servers", help: "host:port, tried in order.", min: 1 }),
  tls: field
    .choice(["starttls", "ldaps", "none"], {
      label: "TLS",
      help: "None sends passwords in the clear.",
      choices: { starttls: "StartTLS", ldaps: "LDAPS", none: "None" },
    })
    .default("starttls"),
  verifyCertificate: field
    .toggle({
      label: "Verify the certificate",
      help: "Off: anybody could answer in the server's place.",
    })
    .default(true),
  bindDn: field.text({ label: "Bind DN", help: "Empty: anonymous.", max: 1000 }).default(""),
  bindPassword: StoredSecret.optional(),
  base: field.text({ label: "Base DN", help: "Where searches begin.", max: 1000 }).default(""),
  query: field
    .text({ label: "Query", help: "An LDAP filter; %s is the value looked up.", max: 4000 })
    .default("(mail=%s)"),
  scope: field
    .choice(["sub", "one", "base"], {
      label: "Scope",
      help: "How deep.",
      choices: { sub: "Whole subtree", one: "One level", base: "Base only" },
    })
    .default("sub"),
  attributes: field
    .list(z.string(), { label: "Attributes", help: "What is fetched.", max: 100 })
    .default(["mail"]),
  /** For sign-in by search: a name becomes the DN of the one entry this filter finds. */
  userQuery: field
    .text({
      label: "User query",
      help: "Finds the user's entry when the name is no DN and no UPN; %s is the name.",
      max: 4000,
    })
    .default(""),
  connectSeconds: field
    .number({
      label: "Time to connect",
      help: "Then the next server is tried.",
      min: 1,
      max: 60,
      unit: "seconds",
    })
    .default(5),
  querySeconds: field
    .number({
      label: "Time for an answer",
      help: "Then the look-up counts as failed.",
      min: 1,
      max: 120,
      unit: "seconds",
    })
    .default(10),
});
export type Directory = z.output<typeof Directory>;
