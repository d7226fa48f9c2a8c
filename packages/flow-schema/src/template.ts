/** Templates: text of settings in which variables of the flow kind are filled in. */
import { hsl, type Script } from "@sluice/hsl";
import type { FlowKind } from "./flow.ts";
import { flowKindDefinitions } from "./flows/flow-kinds.ts";

const printable: ReadonlySet<string> = new Set(["string", "number", "boolean"]);

/** Names a template may use in a kind of flow, without "$"; secret ones only where they stay inside. */
export const templateNames = (kind: FlowKind, secrets = false): ReadonlySet<string> =>
  new Set(
    flowKindDefinitions[kind].variables
      .filter(({ secret }) => secrets || secret !== true)
      .filter(({ kinds }) => kinds.some((each) => printable.has(each)))
      .map(({ name }) => name),
  );

/** The template as an HSL string. Pass `secrets` only where its text goes to a check and nowhere else. */
export const template = (text: string, kind: FlowKind, secrets = false): Script =>
  hsl.template(text, templateNames(kind, secrets));

/** Names in the text that the kind of flow does not have. `$1` and `$$` are no names. */
export const unknownNames = (text: string, kind: FlowKind, secrets = false): string[] => {
  const names = templateNames(kind, secrets);
  const found = [...text.matchAll(/\$(?:\{([a-zA-Z_]\w*)\}|([a-zA-Z_]\w*))/g)];
  return [...new Set(found.map((match) => match[1] ?? match[2] ?? ""))].filter(
    (name) => !names.has(name),
  );
};
