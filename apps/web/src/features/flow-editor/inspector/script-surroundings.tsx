import { ActionIcon, Loader, Tooltip } from "@mantine/core";
import { type FlowKind, flowKindDefinitions, templateNames } from "@sluice/flow-schema";
import { IconExternalLink } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense, use, useMemo } from "react";
import { objectLink } from "../../../shell/object-links.ts";
import {
  type FormSurroundings,
  FormSurroundingsContext,
  type ScriptInputProps,
} from "../../../ui/form/form-surroundings.ts";
import { useEditor } from "../editor-context.tsx";
import { ReferencesContext } from "../references.ts";

const ScriptEditor = lazy(async () => ({
  default: (await import("../script-view/script-editor.tsx")).ScriptEditor,
}));

type Props = {
  readonly kind: FlowKind;
  readonly children: ReactNode;
};

/** What the forms of blocks find around them: objects, variables of the flow kind, the script editor. */
export const ScriptSurroundings = ({ kind, children }: Props) => {
  const references = use(ReferencesContext);
  const readOnly = useEditor((state) => state.readOnly);
  // the same component for as long as the kind is: another one would be another editor, without focus
  const ScriptInput = useMemo(
    () => (props: ScriptInputProps) => (
      <Suspense fallback={<Loader size="sm" />}>
        <ScriptEditor flow={kind} {...props} />
      </Suspense>
    ),
    [kind],
  );
  const surroundings = useMemo((): FormSurroundings => {
    const allowed = templateNames(kind);
    return {
      references: references.options,
      openReference: (object, id) => {
        const link = objectLink(object, { id });
        if (link === null) return null;
        return (
          <Tooltip label="Open in a new tab">
            <ActionIcon
              component="a"
              href={link}
              target="_blank"
              aria-label={`Open ${id}`}
              variant="default"
              size={36}
            >
              <IconExternalLink size={16} />
            </ActionIcon>
          </Tooltip>
        );
      },
      variables: flowKindDefinitions[kind].variables.filter(({ name }) => allowed.has(name)),
      ScriptInput,
      readOnly,
    };
  }, [kind, references, readOnly, ScriptInput]);
  return <FormSurroundingsContext value={surroundings}>{children}</FormSurroundingsContext>;
};
