import { defineBlock, field, type Outcomes, template } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

const Answer = z.strictObject({
  /** Stable: renaming the words cuts no wire. */
  id: field.text({
    label: "Id",
    help: "Names the outcome in the flow's text.",
    pattern: /^(?!(?:other|error)$)[a-z][a-z0-9-]*$/,
    patternHelp: "Small letters, digits and dashes; not “other” or “error”.",
    max: 40,
  }),
  text: field.text({
    label: "Answer",
    help: "The whole answer, without blanks around it.",
    min: 1,
    max: 200,
  }),
  words: field.text({ label: "Words", help: "What the wire says.", min: 1, max: 60 }),
});

export const block = defineBlock({
  type: "http-lookup",
  version: 1,
  title: "HTTP look-up",
  summary: "Asks a web service, and goes where its answer says.",
  category: "lookup",
  synonyms: ["rest", "api", "url", "webhook", "web service"],
  icon: "world-search",
  flows: ["recipient", "authentication", "content", "ip-policy", "delivery"],
  config: z
    .strictObject({
      url: field.text({
        label: "URL",
        help: "$1, $2, … become the values below, percent-encoded.",
        placeholder: "https://api.example.org/users?name=$1",
        // A value may not choose the host.
        pattern: /^https?:\/\/[^\s$/?#]+(?:[/?#]\S*)?$/i,
        patternHelp: "Begin with https:// and a host; $1, $2, … stand behind the host only.",
        max: 2000,
      }),
      values: field
        .list(
          field.template({
            label: "Value",
            help: "Text with variables. A password in a URL ends in logs: send it as a form field.",
            max: 1000,
            secrets: true,
          }),
          { label: "Values", help: "What $1, $2, … stand for.", max: 20 },
        )
        .default([]),
      form: field
        .list(
          z.strictObject({
            name: field.text({ label: "Name", help: "Name of the form field.", min: 1, max: 100 }),
            value: field.template({
              label: "Value",
              help: "Text with variables.",
              max: 1000,
              secrets: true,
            }),
          }),
          { label: "Form fields", help: "With any of these the request is a POST.", max: 20 },
        )
        .default([]),
      seconds: field
        .number({
          label: "Time for an answer",
          help: "Then the look-up counts as failed.",
          min: 1,
          max: 60,
          unit: "seconds",
        })
        .default(10),
      answers: field.list(Answer, {
        label: "Answers",
        help: "Each answer is an outcome of its own; everything else is “Another answer”.",
        min: 1,
        max: 20,
      }),
    })
    .superRefine(({ answers }, context) => {
      const ids = answers.map(({ id }) => id);
      for (const [index, id] of ids.entries()) {
        if (ids.indexOf(id) === index) continue;
        context.addIssue({
          code: "custom",
          path: ["answers", index, "id"],
          message: "Another answer has this id.",
        });
      }
    }),
  defaults: { url: "", answers: [{ id: "yes", text: "OK", words: "OK" }] },
  example: {
    url: "https://api.example.org/check?client=$1",
    values: ["$senderip"],
    answers: [{ id: "yes", text: "OK", words: "Known" }],
  },
  outcomes: ({ answers }): Outcomes<string> => ({
    ...Object.fromEntries(answers.map(({ id, words }) => [id, words])),
    other: "Another answer",
    error: "No answer",
  }),
  tones: { other: "else", error: "error" },
  passThrough: "other",
  label: ({ url }) => url.replace(/^https?:\/\//i, "").replace(/[/?].*$/, ""),
  script: ({ url, values, form, seconds, answers }, to, local, kind) => {
    const list = values.map((value) => template(value, kind, true));
    const fields = form.map(({ name, value }) => hsl`${name} => ${template(value, kind, true)}`);
    const body = fields.length === 0 ? hsl.raw("") : hsl`, [${hsl.join(fields, ", ")}]`;
    return hsl`
      ${local("answer")} = http(${url}, ["timeout" => ${seconds}, "extended_result" => true], [${hsl.join(list, ", ")}]${body});
      if (${local("answer")}["status"] == 0 or ${local("answer")}["status"] == 429 or ${local("answer")}["status"] >= 500) {
        ${to("error")}
      }
      ${answers.map(
        ({ id, text }) => hsl`
          if (trim(${local("answer")}["body"]) === ${text}) {
            ${to(id)}
          }`,
      )}
      ${to("other")}`;
  },
});
