/**
 * A form made from a zod schema: one widget for each field with words, in the
 * order of the schema, under the sections the fields name.
 */
import { Fieldset, Stack } from "@mantine/core";
import { type DescribedField, describeFields } from "@sluice/flow-schema";
import { type ReactNode, useMemo } from "react";
import type { z } from "zod";
import { FieldWidget } from "./field-widget.tsx";
import { valueAt, withValueAt } from "./value-path.ts";
import type { Issue } from "./widget-props.ts";

type Props = {
  readonly schema: z.ZodObject;
  readonly value: unknown;
  readonly onChange: (value: unknown, path: readonly (string | number)[]) => void;
  readonly issues?: readonly Issue[];
  /** Drawn instead of the generated widget, by path ("tls.certificates"); null leaves the field out. */
  readonly overrides?: Readonly<Record<string, ReactNode>>;
  /** Drawn at the end of a section ("" is the part without one): fields the schema has no words for. */
  readonly after?: Readonly<Record<string, ReactNode>>;
};

export const SchemaForm = ({
  schema,
  value,
  onChange,
  issues = [],
  overrides = {},
  after = {},
}: Props) => {
  const sections = useMemo(
    () => bySection(describeFields(schema), Object.keys(after)),
    [schema, after],
  );
  return (
    <Stack gap="md">
      {sections.map(([section, fields]) => {
        const body = (
          <Stack gap="sm">
            {fields.map((field) => {
              const key = field.path.join(".");
              if (key in overrides) return <div key={key}>{overrides[key]}</div>;
              return (
                <FieldWidget
                  key={key}
                  field={field}
                  path={field.path}
                  value={valueAt(value, field.path) ?? field.default}
                  issues={issues}
                  onChange={(next) => onChange(withValueAt(value, field.path, next), field.path)}
                />
              );
            })}
            {after[section]}
          </Stack>
        );
        if (section === "") return <div key="">{body}</div>;
        return (
          <Fieldset key={section} legend={section} variant="default">
            {body}
          </Fieldset>
        );
      })}
    </Stack>
  );
};

const bySection = (
  fields: readonly DescribedField[],
  more: readonly string[],
): (readonly [string, DescribedField[]])[] => {
  const sections = new Map<string, DescribedField[]>([["", []]]);
  for (const field of fields) {
    const section = field.section ?? "";
    sections.set(section, [...(sections.get(section) ?? []), field]);
  }
  for (const section of more) if (!sections.has(section)) sections.set(section, []);
  return [...sections].filter(([name, list]) => list.length > 0 || more.includes(name));
};
