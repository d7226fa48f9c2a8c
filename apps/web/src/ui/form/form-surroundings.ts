/** What a form needs from the page it stands on: other objects to refer to, variables, and an editor for scripts. */
import type { ReferenceKind } from "@sluice/flow-schema";
import { type ComponentType, createContext, type ReactNode, useContext } from "react";

export type ReferenceOption = { readonly id: string; readonly title: string };

export type ScriptInputProps = {
  /** Path of the value in the settings. */
  readonly field: readonly (string | number)[];
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isExpression: boolean;
  readonly readOnly: boolean;
  readonly placeholder?: string | undefined;
};

export type FormSurroundings = {
  readonly references: (kind: ReferenceKind) => readonly ReferenceOption[];
  /** The objects are still on their way: none does not mean that there is none. */
  readonly isLoading?: boolean;
  /** A link to the object, beside its picker. */
  readonly openReference: (kind: ReferenceKind, id: string) => ReactNode;
  /** Names templates may use, without "$". */
  readonly variables: readonly { readonly name: string; readonly help: string }[];
  readonly ScriptInput: ComponentType<ScriptInputProps> | null;
  readonly readOnly: boolean;
};

export const FormSurroundingsContext = createContext<FormSurroundings>({
  references: () => [],
  openReference: () => null,
  variables: [],
  ScriptInput: null,
  readOnly: false,
});

export const useFormSurroundings = (): FormSurroundings => useContext(FormSurroundingsContext);
