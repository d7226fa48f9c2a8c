import type { ComponentType } from "react";
import { useFormSurroundings } from "../../../ui/form/form-surroundings.ts";
import type { Issue } from "../../../ui/form/widget-props.ts";
import { useIconState } from "../icons.ts";

type Props = {
  // biome-ignore lint/suspicious/noExplicitAny: the registry holds forms of every shape
  readonly Form: ComponentType<any>;
  readonly config: unknown;
  readonly onChange: (config: unknown) => void;
  readonly issues: readonly Issue[];
  readonly readOnly: boolean;
};

/** A form that a block brings; it gets what it cannot import as arguments. */
export const OwnForm = ({ Form, ...props }: Props) => {
  const { ScriptInput } = useFormSurroundings();
  return <Form {...props} ScriptInput={ScriptInput} useIcon={useIconState} />;
};
