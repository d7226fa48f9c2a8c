import { defineBlock, field, type Outcomes } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "spf",
  version: 1,
  title: "SPF",
  summary: "May this client send for the sender's domain?",
  category: "check",
  synonyms: ["sender policy framework", "forged sender", "spoofing", "rfc 7208"],
  icon: "shield-check",
  flows: ["recipient", "content"],
  config: z.strictObject({
    brokenRecord: field
      .choice(["none", "fail", "own"], {
        label: "Broken record",
        help: "What a record with mistakes counts as (SPF calls it permerror).",
        choices: { none: "As no record", fail: "As a failure", own: "An outcome of its own" },
      })
      .default("none"),
  }),
  defaults: {},
  example: { brokenRecord: "own" },
  outcomes: ({ brokenRecord }): Outcomes<string> =>
    brokenRecord === "own" ? { ...outcomes, permerror: "Broken record" } : outcomes,
  tones: { fail: "else", softfail: "else", none: "else", permerror: "else", error: "error" },
  passThrough: "none",
  label: ({ brokenRecord }) => (brokenRecord === "fail" ? "Broken record fails" : "Of $sender"),
  // Neutral is the same as none (RFC 7208 §8.2).
  script: ({ brokenRecord }, to) => {
    const fail = hsl`case "fail":`;
    const broken = hsl`case "permerror":`;
    const cases = {
      none: [fail],
      fail: [broken, fail],
      own: [broken, hsl`  ${to("permerror")}`, fail],
    };
    return hsl`
      switch (spf_query($senderip, $senderhelo, $sender)["result"]) {
        case "pass":
          ${to("pass")}
        case "softfail":
          ${to("softfail")}
        case "temperror":
          ${to("error")}
        ${hsl.join(cases[brokenRecord])}
          ${to("fail")}
        default:
          ${to("none")}
      }`;
  },
});

const outcomes = {
  pass: "Pass",
  fail: "Fail",
  softfail: "Soft fail",
  none: "No policy",
  error: "No answer",
} as const;
