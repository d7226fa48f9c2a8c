import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";
import { isNetwork } from "../network.ts";

export const block = defineBlock({
  type: "ip-list",
  version: 1,
  title: "IP list",
  summary: "Is the client's address in a list?",
  category: "check",
  synonyms: ["allow list", "block list", "whitelist", "blacklist", "network", "cidr"],
  icon: "list-search",
  flows: ["ip-policy", "recipient", "content", "authentication"],
  config: z.strictObject({
    networks: field.list(
      z.string().trim().refine(isNetwork, "Write an address, a network or a range."),
      {
        label: "Addresses",
        help: "Addresses (192.0.2.1), networks (2001:db8::/32) or ranges (192.0.2.1-192.0.2.9).",
        min: 1,
      },
    ),
  }),
  defaults: { networks: [] },
  example: { networks: ["192.0.2.0/24", "2001:db8::1"] },
  outcomes: { listed: "In the list", unlisted: "Not in the list" },
  tones: { unlisted: "else" },
  passThrough: "unlisted",
  label: ({ networks }) =>
    networks.length > 2
      ? `${networks[0]} and ${networks.length - 1} more`
      : networks.join(", ") || "Empty",
  script: ({ networks }, to, local) => hsl`
    ${local("listed")} = false;
    foreach (${networks} as ${local("network")}) {
      if (in_network($senderip, ${local("network")})) ${local("listed")} = true;
    }
    if (${local("listed")}) {
      ${to("listed")}
    }
    ${to("unlisted")}`,
});
