/** Settings of blocks that look up, or count, one value of the mail. */
import { type FlowKind, field, template } from "@sluice/flow-schema";
import { hsl, type Script } from "@sluice/hsl";

const subjects = [
  "recipient",
  "recipient-domain",
  "sender",
  "sender-domain",
  "client",
  "user",
  "template",
] as const;
type Subject = (typeof subjects)[number];

const words: Readonly<Record<Subject, string>> = {
  recipient: "Recipient",
  "recipient-domain": "Recipient's domain",
  sender: "Sender",
  "sender-domain": "Sender's domain",
  client: "Client's address",
  user: "User name",
  template: "Text below",
};

const variables: Readonly<Record<Exclude<Subject, "template">, string>> = {
  recipient: "$recipient",
  "recipient-domain": "$recipientdomain",
  sender: "$sender",
  "sender-domain": "$senderdomain",
  client: "$senderip",
  user: "$saslusername",
};

export type SubjectConfig = { readonly subject: Subject; readonly text: string };

export const subjectFields = (label: string, initial: Subject) => ({
  subject: field
    .choice(subjects, {
      label,
      help: "A value that this kind of flow does not have is shown as a problem.",
      choices: words,
    })
    .default(initial),
  text: field
    .template({
      label: "Text",
      help: "Used when “Text below” is chosen; variables are filled in.",
      placeholder: "$senderdomain/$recipientdomain",
      max: 500,
    })
    .default(""),
});

export const subjectLabel = ({ subject, text }: SubjectConfig): string =>
  subject === "template" ? text : words[subject];

/** The value; a variable the flow kind lacks is found by the checker. */
export const subjectScript = ({ subject, text }: SubjectConfig, kind: FlowKind): Script =>
  subject === "template" ? template(text, kind) : hsl.raw(variables[subject]);
