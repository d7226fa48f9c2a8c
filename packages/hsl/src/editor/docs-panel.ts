/** Help for a function or a variable, as the completion list and the hover show it. */
import { signatureLine } from "../library/reference.ts";
import type { FunctionSignature, VariableSignature } from "../signature.ts";

/** What a panel says, for the DOM and for tests. */
export type Help = {
  readonly heading: string;
  readonly summary: string;
  /** Name and text of each parameter and of the result. */
  readonly details: readonly (readonly [string, string])[];
  readonly example?: string;
};

const endWords = {
  function: undefined,
  lookup: undefined,
  modifier: undefined,
  action: "Ends the script.",
  "action-or-modifier": "Ends the script unless an argument says otherwise.",
} as const;

export const functionHelp = (signature: FunctionSignature): Help => {
  const { errors, example, parameters, returns, role, summary } = signature;
  const details: (readonly [string, string])[] = parameters.map((parameter) => [
    parameter.name,
    parameter.help,
  ]);
  if (role !== "action") details.push(["→", returns.help]);
  if (errors !== undefined) details.push(["!", errors]);
  const end = endWords[role];
  return {
    heading: signatureLine(signature),
    summary: end === undefined ? summary : `${summary} ${end}`,
    details,
    ...(example === undefined ? {} : { example: example.script }),
  };
};

export const variableHelp = (signature: VariableSignature): Help => ({
  heading: `$${signature.name}: ${signature.kinds.join(" or ")}`,
  summary: signature.help,
  details: signature.writable === true ? [["", "Can be set."]] : [],
});

/** Text only, never HTML: a signature may come from elsewhere one day. */
export const helpPanel = (help: Help): HTMLElement => {
  const panel = element("div", "hsl-help");
  panel.append(
    element("code", "hsl-help-heading", help.heading),
    withCode(element("p", "hsl-help-summary"), help.summary),
  );
  if (help.details.length > 0) {
    const list = element("dl", "hsl-help-details");
    for (const [name, text] of help.details) {
      list.append(element("dt", "", name), withCode(element("dd", ""), text));
    }
    panel.append(list);
  }
  if (help.example !== undefined) panel.append(element("pre", "hsl-help-example", help.example));
  return panel;
};

const element = (tag: string, className: string, text = ""): HTMLElement => {
  const node = document.createElement(tag);
  if (className !== "") node.className = className;
  node.textContent = text;
  return node;
};

/** `…` becomes code. */
const withCode = (node: HTMLElement, text: string): HTMLElement => {
  text.split("`").forEach((piece, index) => {
    node.append(index % 2 === 1 ? element("code", "", piece) : document.createTextNode(piece));
  });
  return node;
};
