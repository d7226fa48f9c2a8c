import type { DescribedField, DescribedItem } from "@sluice/flow-schema";
import type { ReactNode } from "react";
import type { ValuePath } from "./value-path.ts";

export type Issue = { readonly path: ValuePath; readonly message: string };

export type WidgetField = Omit<DescribedField, "path" | "default" | "optional" | "widget"> & {
  readonly widget: DescribedItem["widget"];
  readonly fields?: readonly DescribedField[] | undefined;
};

export type WidgetProps = {
  readonly field: WidgetField;
  readonly path: ValuePath;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  /** Issues at this path or inside it. */
  readonly issues: readonly Issue[];
};

/** The words of the issues that are about the value itself, for the `error` of an input. */
export const ownError = (issues: readonly Issue[], path: ValuePath): ReactNode => {
  const own = issues.filter((issue) => issue.path.length <= path.length);
  return own.length === 0 ? null : own.map(({ message }) => message).join(" ");
};

/** Names the input for a jump from a problem. */
export const fieldId = (path: ValuePath): string => `field-${path.join("-")}`;
