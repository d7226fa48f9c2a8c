/** The object being edited, for the parts of its form that are not made from the schema. */
import { createContext, use } from "react";
import type { ValuePath } from "../../ui/form/value-path.ts";
import type { Issue } from "../../ui/form/widget-props.ts";
import type { FormKind } from "./object-kinds.ts";

export type ObjectForm = {
  readonly kind: FormKind;
  /** null while it is made. */
  readonly id: string | null;
  readonly value: unknown;
  readonly set: (path: ValuePath, value: unknown) => void;
  readonly issues: readonly Issue[];
  /** Secrets typed in, by field; they leave with the next save. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly setSecret: (field: string, value: string) => void;
};

export const ObjectFormContext = createContext<ObjectForm | null>(null);

export const useObjectForm = (): ObjectForm => {
  const form = use(ObjectFormContext);
  if (form === null) throw new Error("A part of an object's form stands outside of it.");
  return form;
};
