import { ActionIcon, Tooltip } from "@mantine/core";
import { type FlowKind, flowKindDefinitions, templateNames } from "@sluice/flow-schema";
import { IconExternalLink } from "@tabler/icons-react";
import { type ReactNode, use, useMemo } from "react";
import { objectLink } from "../../../shell/object-links.ts";
import {
  type FormSurroundings,
  FormSurroundingsContext,
  type ScriptInputProps,
} from "../../../ui/form/form-surroundings.ts";
import { useEditor } from "../editor-context.tsx";
import { ReferencesContext } from "../references.ts";
import { BlockScript } from "./block-script.tsx";

type Props = {
  readonly kind: FlowKind;
  readonly node: string;
  /** Its scripts can be compared with what they were. */
  readonly hasPast?: boolean;
  readonly children: ReactNode;
};

/** What the forms of blocks find around them: objects, variables of the flow kind, the script editor. */
export const ScriptSurroundings = ({ kind, node, hasPast = true, children }: Props) => {
  const references = use(ReferencesContext);
  const readOnly = useEditor((state) => state.readOnly);
  // the same component for as long as the block is: another one would be another editor, without focus
  const ScriptInput = useMemo(
    () => (props: ScriptInputProps) => (
      <BlockScript node={node} hasPast={hasPast && !props.isExpression} {...props} />
    ),
    [node, hasPast],
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
