import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";
import { isNetwork } from "../network.ts";

const answers = (label: string, help: string) =>
  field.list(z.string().trim().refine(isNetwork, "Write an address, a network or a range."), {
    label,
    help,
    max: 50,
  });

export const block = defineBlock({
  type: "reputation",
  version: 1,
  title: "Reputation",
  summary: "What does a reputation service say of the client's address?",
  category: "lookup",
  synonyms: ["globalview", "score", "sender reputation", "ip reputation", "cyren"],
  icon: "shield-half",
  flows: ["ip-policy", "recipient", "content"],
  config: z.strictObject({
    source: field.text({
      label: "Source",
      help: "A DNS zone, or a URL in which $1 is the address; the service answers accept, tempfail or permfail.",
      placeholder: "https://reputation.example.net/v1/$1",
      pattern: /^(?:(?:[A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9-]{1,63}|https?:\/\/[^\s$/?#]+[/?#]\S*)$/,
      patternHelp: "Write a domain, or begin with https://, a host and a path.",
      max: 2000,
    }),
    bad: answers(
      "Bad answers of a zone",
      "Addresses, networks or ranges inside 127.0.0.0/8. Not asked of a URL.",
    ).default(["127.0.0.0/8"]),
    doubtful: answers(
      "Doubtful answers of a zone",
      "Those that mean “perhaps”; a bad answer counts first.",
    ).default([]),
  }),
  defaults: { source: "" },
  example: { source: "reputation.example.net", bad: ["127.0.0.2"], doubtful: ["127.0.0.3"] },
  outcomes: { good: "Good", doubtful: "Doubtful", bad: "Bad", error: "No answer" },
  tones: { doubtful: "else", bad: "else", error: "error" },
  passThrough: "good",
  label: ({ source }) => source.replace(/^https?:\/\//i, "").replace(/[/?].*$/, ""),
  script: ({ source, bad, doubtful }, to, local) => hsl`
    ${local("answer")} = reputation($senderip, ${source}, ["permfail" => ${bad}, "tempfail" => ${doubtful}]);
    if (is_number(${local("answer")})) {
      ${to("error")}
    }
    if (${local("answer")} === "permfail") {
      ${to("bad")}
    }
    if (${local("answer")} === "tempfail") {
      ${to("doubtful")}
    }
    ${to("good")}`,
});
