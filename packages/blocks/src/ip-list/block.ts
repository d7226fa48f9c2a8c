import { defineBlock, field, type Outcomes } from "@sluice/flow-schema";
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
  config: z
    .strictObject({
      networks: field
        .list(
          z
            .string()
            .trim()
            .refine(
              (text) => isNetwork(withoutRemark(text)),
              "Write an address, a network or a range.",
            ),
          {
            label: "Addresses",
            help: "Addresses (192.0.2.1), networks (2001:db8::/32) or ranges (192.0.2.1-192.0.2.9); // begins a remark.",
          },
        )
        .default([]),
      file: field
        .reference("file", {
          label: "File with more",
          help: "A text file of the file store, one of these on each line. For long lists, and those that change often.",
        })
        .optional(),
    })
    .superRefine(({ networks, file }, context) => {
      if (networks.length > 0 || file !== undefined) return;
      context.addIssue({
        code: "custom",
        path: ["networks"],
        message: "Write an address, or choose a file.",
      });
    }),
  defaults: {},
  example: { networks: ["192.0.2.0/24 // partners", "2001:db8::1"], file: "friends" },
  outcomes: ({ file }): Outcomes<string> => ({
    listed: "In the list",
    unlisted: "Not in the list",
    ...(file === undefined ? {} : { error: "No answer" }),
  }),
  tones: { unlisted: "else", error: "error" },
  passThrough: "unlisted",
  label: ({ networks, file }) => {
    const first = networks.length > 2 ? `${networks[0]} and ${networks.length - 1} more` : null;
    return (
      [first ?? networks.join(", "), file && `file ${file}`].filter(Boolean).join(", ") || "Empty"
    );
  },
  script: ({ networks, file }, to, local) => {
    const asked =
      file === undefined
        ? hsl.raw("")
        : hsl`
          if (not ${local("listed")}) {
            ${local("listed")} = in_network_file($senderip, ${`file:${file}`});
            if (is_number(${local("listed")})) {
              ${to("error")}
            }
          }`;
    return hsl`
      ${local("listed")} = false;
      foreach (${networks.map(withoutRemark)} as ${local("network")}) {
        if (in_network($senderip, ${local("network")})) ${local("listed")} = true;
      }
      ${asked}
      if (${local("listed")}) {
        ${to("listed")}
      }
      ${to("unlisted")}`;
  },
});

const withoutRemark = (text: string): string => text.replace(/\/\/.*$/, "").trim();
