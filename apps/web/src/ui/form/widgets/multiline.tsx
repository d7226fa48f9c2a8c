import { Textarea } from "@mantine/core";
import { useFormSurroundings } from "../form-surroundings.ts";
import { fieldId, ownError, type WidgetProps } from "../widget-props.ts";

export const MultilineWidget = ({ field, path, value, onChange, issues }: WidgetProps) => (
  <Textarea
    id={fieldId(path)}
    label={field.label}
    description={field.help}
    placeholder={field.placeholder ?? ""}
    autosize
    minRows={4}
    maxRows={16}
    value={typeof value === "string" ? value : ""}
    error={ownError(issues, path)}
    readOnly={useFormSurroundings().readOnly}
    styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);
