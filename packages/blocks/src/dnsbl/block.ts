import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";
import { isNetwork } from "../network.ts";

export const block = defineBlock({
  type: "dnsbl",
  version: 1,
  title: "DNSBL",
  summary: "Is the client's address in a DNS list?",
  category: "lookup",
  synonyms: ["rbl", "blocklist", "blacklist", "zen", "spamhaus", "reputation"],
  icon: "shield-search",
  flows: ["ip-policy", "recipient", "content"],
  config: z.strictObject({
    zones: field.list(
      z.strictObject({
        zone: field.text({
          label: "Zone",
          help: "Domain of the list. Ask only lists whose terms you accept, through a resolver of your own.",
          placeholder: "dnsbl.example.net",
          pattern: /^(?:[A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9-]{1,63}$/,
          patternHelp: "Write a domain.",
          max: 200,
        }),
        answers: field
          .list(z.string().trim().refine(isNetwork, "Write an address, a network or a range."), {
            label: "Answers that count",
            help: "Addresses, networks or ranges inside 127.0.0.0/8. Other answers are not listings.",
            min: 1,
          })
          .default(["127.0.0.0/8"]),
      }),
      { label: "Lists", help: "One that lists the address is enough.", min: 1, max: 20 },
    ),
  }),
  defaults: { zones: [] },
  example: { zones: [{ zone: "dnsbl.example.net", answers: ["127.0.0.2-127.0.0.11"] }] },
  outcomes: { clear: "Not listed", listed: "Listed", error: "No answer" },
  tones: { listed: "else", error: "error" },
  label: ({ zones }) => zones.map(({ zone }) => zone).join(", ") || "No list",
  // Answers outside 127.0.0.0/8 come from a lapsed domain, those in 127.255.255.0/24 from
  // a list that refuses the query (RFC 5782 §2.1, §5): neither says anything of the client.
  script: ({ zones }, to, local) => hsl`
    ${local("listed")} = false;
    ${local("failed")} = false;
    foreach (${zones} as ${local("list")}) {
      ${local("asked")} = dnsbl($senderip, ${local("list")}["zone"], ["extended_result" => true]);
      if (isset(${local("asked")}["error"])) ${local("failed")} = true;
      foreach (${local("asked")}["answers"] as ${local("answer")}) {
        if (not in_network(${local("answer")}, "127.0.0.0/8") or in_network(${local("answer")}, "127.255.255.0/24")) {
          ${local("failed")} = true;
        } else {
          foreach (${local("list")}["answers"] as ${local("range")}) {
            if (in_network(${local("answer")}, ${local("range")})) ${local("listed")} = true;
          }
        }
      }
    }
    if (${local("listed")}) {
      ${to("listed")}
    }
    if (${local("failed")}) {
      ${to("error")}
    }
    ${to("clear")}`,
});
