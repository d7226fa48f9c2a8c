/** A script in the settings of a block: checked with the flow around it, compared with what it was. */
import { Loader } from "@mantine/core";
import { lazy, Suspense, use, useMemo } from "react";
import type { ScriptInputProps } from "../../../ui/form/form-surroundings.ts";
import { fieldId } from "../../../ui/form/widget-props.ts";
import { useDraft, useEditor } from "../editor-context.tsx";
import { FlowIdContext } from "../flow-id.ts";
import { useScriptVersions } from "./script-versions.ts";

const ScriptEditor = lazy(async () => ({
  default: (await import("../script-view/checked-script.tsx")).CheckedScript,
}));

type Props = ScriptInputProps & { readonly node: string; readonly hasPast: boolean };

export const BlockScript = ({ node, hasPast, field, ...input }: Props) => {
  const flowId = use(FlowIdContext);
  const { flow } = useDraft();
  const chosen = useEditor(({ compareWith }) => compareWith);
  const set = useEditor((state) => state.set);
  const request = useEditor(({ inspectorRequest }) => inspectorRequest);
  const { versions, error } = useScriptVersions({
    ...{ flow: flowId, node, field },
    isWanted: hasPast && chosen !== null,
  });
  const id = fieldId(field);
  const goTo = useMemo(
    () => (request.at === null || request.field !== id ? null : { ...request.at }),
    [request, id],
  );
  return (
    <div id={id} className="script-frame">
      <Suspense fallback={<Loader size="sm" />}>
        <ScriptEditor
          {...input}
          flow={flow}
          node={node}
          goTo={goTo}
          comparison={
            hasPast
              ? { chosen, versions, error, onChoose: (compareWith) => set({ compareWith }) }
              : undefined
          }
        />
      </Suspense>
    </div>
  );
};
