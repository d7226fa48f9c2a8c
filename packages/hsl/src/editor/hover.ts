/** Help for the word under the pointer. */
import type { EditorState, Extension } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import type { Environment } from "../signature.ts";
import { functionHelp, type Help, helpPanel, variableHelp } from "./docs-panel.ts";
import { memberNamed, operatorBefore } from "./members.ts";
import { interpolations, scriptTokens, tokenAt } from "./script-state.ts";

export type HoverTarget = { readonly from: number; readonly to: number; readonly help: Help };

/** The function, member or variable at a position, with its help. */
export const hoverTarget = (
  state: EditorState,
  environment: Environment,
  position: number,
): HoverTarget | undefined => {
  const script = scriptTokens(state);
  const token = tokenAt(script, position);
  if (token === undefined) return undefined;
  if (operatorBefore(script, token) !== undefined) {
    const member = memberNamed(script, environment, token);
    return member && { from: token.start, to: token.end, help: member.help };
  }
  if (token.kind === "name") {
    const signature = environment.functions.get(token.text);
    if (signature === undefined) return undefined;
    return { from: token.start, to: token.end, help: functionHelp(signature) };
  }
  const part = interpolations(token).find(({ start, end }) => start <= position && position < end);
  const place = token.kind === "variable" ? { ...token, name: token.text } : part;
  const signature = place === undefined ? undefined : environment.variables.get(place.name);
  if (place === undefined || signature === undefined) return undefined;
  return { from: place.start, to: place.end, help: variableHelp(signature) };
};

export const hslHover = (environment: Environment): Extension =>
  hoverTooltip((view, position) => {
    const target = hoverTarget(view.state, environment, position);
    if (target === undefined) return null;
    return {
      pos: target.from,
      end: target.to,
      create: () => ({ dom: helpPanel(target.help) }),
    };
  });
