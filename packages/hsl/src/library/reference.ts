import type {
  ClassSignature,
  FunctionSignature,
  ParameterSignature,
  ValueKind,
} from "../signature.ts";

/** `str_repeat(string, count) → string` */
export const signatureLine = ({
  name,
  parameters,
  role,
  returns,
}: Pick<FunctionSignature, "name"> & {
  readonly parameters: readonly Pick<ParameterSignature, "name" | "optional" | "rest">[];
  readonly role?: FunctionSignature["role"];
  readonly returns: Pick<FunctionSignature["returns"], "kinds">;
}): string => {
  let line = "";
  let open = 0;
  parameters.forEach((parameter, index) => {
    const comma = index === 0 ? "" : ", ";
    const text = parameter.rest === true ? `...${parameter.name}` : parameter.name;
    if (parameter.optional === true) {
      line += `[${comma}${text}`;
      open += 1;
    } else line += comma + text;
  });
  const result = role === "action" ? "" : ` → ${kindList(returns.kinds)}`;
  return `${name}(${line}${"]".repeat(open)})${result}`;
};

/** The reference page of a function, as markdown; with what the object it gives can be asked. */
export const functionReference = (
  signature: FunctionSignature,
  given?: ClassSignature | undefined,
): string => {
  const {
    aliases = [],
    errors,
    example,
    name,
    parameters,
    returns,
    role,
    since,
    source,
  } = signature;
  const parts: string[] = [
    `# ${name}`,
    signature.summary,
    `\`\`\`\n${signatureLine(signature)}\n\`\`\``,
  ];
  if (aliases.length > 0) {
    parts.push(`Also called ${aliases.map((alias) => `\`${alias}\``).join(", ")}.`);
  }
  if (role !== "function") parts.push(roleWords[role]);
  if (parameters.length > 0) parts.push(parameterTable(parameters));
  if (role !== "action") parts.push(`**Returns** ${kindList(returns.kinds)}. ${returns.help}`);
  if (given !== undefined) parts.push(methodTable(given));
  if (errors !== undefined) parts.push(`**Errors** ${errors}`);
  if (example !== undefined) parts.push(exampleText(example));
  if (source !== undefined) parts.push(`**Source** ${source}`);
  if (since !== undefined) parts.push(sinceWords[since]);
  return `${parts.join("\n\n")}\n`;
};

const kindList = (kinds: readonly ValueKind[]): string => kinds.join(" or ");

const roleWords = {
  lookup: "A look-up: it asks the world outside, and may wait for the answer.",
  modifier: "Changes the message or the verdict; the script goes on.",
  action: "Ends the script.",
  "action-or-modifier": "Ends the script unless an argument says otherwise.",
} as const;

const sinceWords = {
  classic: "Known since the classic dialect.",
  modern: "From the modern dialect.",
  sluice: "Only in Sluice.",
} as const;

const parameterTable = (parameters: readonly ParameterSignature[]): string =>
  [
    "| Parameter | Type | |",
    "|---|---|---|",
    ...parameters.map(
      ({ help, kinds, name, optional, rest }) =>
        `| ${rest === true ? "..." : ""}${name}${optional === true ? " (optional)" : ""} | ${kindList(kinds)} | ${cell(help)} |`,
    ),
  ].join("\n");

const methodTable = ({ methods }: ClassSignature): string =>
  [
    "| Method | |",
    "|---|---|",
    ...[...methods.values()].map(
      (method) => `| \`${signatureLine(method)}\` | ${cell(method.summary)} |`,
    ),
  ].join("\n");

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const exampleText = ({ log, script }: NonNullable<FunctionSignature["example"]>): string => {
  const printed = log.length === 0 ? "" : `\n\nlogs\n\n\`\`\`\n${log.join("\n")}\n\`\`\``;
  return `**Example**\n\n\`\`\`hsl\n${script}\n\`\`\`${printed}`;
};
