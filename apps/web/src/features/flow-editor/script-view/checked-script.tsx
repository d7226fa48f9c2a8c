import { blocks } from "@sluice/blocks/definitions";
import { type Flow, scriptFieldDiagnostics } from "@sluice/flow-schema";
import { useMemo } from "react";
import type { ScriptInputProps } from "../../../ui/form/form-surroundings.ts";
import type { ScriptComparison } from "./compare.ts";
import { ScriptEditor, type ScriptPlace } from "./script-editor.tsx";
import { useCurrent } from "./script-field.ts";

type Props = Omit<ScriptInputProps, "field"> & {
  readonly flow: Flow;
  readonly node: string;
  readonly goTo: ScriptPlace | null;
  readonly comparison: ScriptComparison | undefined;
};

/** The editor of a script in a flow: what other scripts of the flow give is known to it. */
export const CheckedScript = ({ flow, node, ...input }: Props) => {
  const { isExpression } = input;
  const current = useCurrent(flow);
  const check = useMemo(
    () => (text: string) =>
      scriptFieldDiagnostics(current.current, node, text, blocks, { isExpression }),
    [current, node, isExpression],
  );
  return <ScriptEditor {...input} flow={flow.kind} check={check} />;
};
