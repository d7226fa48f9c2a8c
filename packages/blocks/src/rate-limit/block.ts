import { defineBlock, field } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";
import { subjectFields, subjectLabel, subjectScript } from "../subject.ts";

export const block = defineBlock({
  type: "rate-limit",
  version: 1,
  title: "Rate limit",
  summary: "Has there been too much in a stretch of time?",
  category: "control",
  synonyms: ["throttle", "flood", "quota", "brute force", "rate"],
  icon: "gauge",
  flows: ["ip-policy", "authentication", "recipient", "content"],
  config: z.strictObject({
    name: field
      .text({
        label: "Counter",
        help: "Limits of the same name count together, in all flows.",
        pattern: /^[a-z0-9-]+$/,
        patternHelp: "Small letters, digits and dashes.",
        max: 60,
      })
      .default("limit"),
    ...subjectFields("What is counted", "client"),
    count: field
      .number({ label: "Allowed", help: "In one stretch of time.", min: 1, max: 1_000_000 })
      .default(100),
    seconds: field
      .number({
        label: "Stretch",
        help: "A window that slides.",
        min: 1,
        max: 2_592_000,
        unit: "seconds",
      })
      .default(60),
    counts: field
      .toggle({
        label: "Count this one",
        help: "Off: only looks at the counter. So failed sign-ins are counted after the check, and looked at before it.",
      })
      .default(true),
  }),
  defaults: {},
  example: { name: "connections", subject: "client", count: 30, seconds: 60 },
  outcomes: { within: "Within", exceeded: "Too many", error: "No answer" },
  tones: { exceeded: "else", error: "error" },
  label: (config) =>
    `${config.count} in ${config.seconds} s by ${subjectLabel(config).toLowerCase()}`,
  script: (config, to, local, kind) => {
    const { name, count, seconds, counts } = config;
    const call = hsl`${local("answer")} = rate(${name}, ${subjectScript(config, kind)}, ${counts ? count : 0}, ${seconds});`;
    const failed = counts ? hsl`is_number(${local("answer")})` : hsl`${local("answer")} < 0`;
    const exceeded = counts ? hsl`not ${local("answer")}` : hsl`${local("answer")} >= ${count}`;
    return hsl`
      ${call}
      if (${failed}) {
        ${to("error")}
      }
      if (${exceeded}) {
        ${to("exceeded")}
      }
      ${to("within")}`;
  },
});
