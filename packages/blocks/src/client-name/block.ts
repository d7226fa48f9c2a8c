import { defineBlock } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "client-name",
  version: 1,
  title: "Client's name",
  summary: "Does DNS give the client's address a name that leads back to it?",
  category: "lookup",
  synonyms: ["ptr", "reverse dns", "rdns", "fcrdns", "iprev", "host name"],
  icon: "id-badge-2",
  flows: ["ip-policy", "recipient", "content"],
  config: z.strictObject({}),
  defaults: {},
  example: {},
  outcomes: { named: "Has a name", unnamed: "Has none", error: "No answer" },
  tones: { unnamed: "else", error: "error" },
  passThrough: "named",
  label: () => "PTR and back",
  script: (_config, to, local) => hsl`
    ${local("name")} = confirmed_name($senderip);
    if (is_number(${local("name")})) {
      ${to("error")}
    }
    if (${local("name")} === "") {
      ${to("unnamed")}
    }
    ${to("named")}`,
});
