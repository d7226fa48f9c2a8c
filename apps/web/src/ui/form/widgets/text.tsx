import { TextInput } from "@mantine/core";
import { useFormSurroundings } from "../form-surroundings.ts";
import { fieldId, ownError, type WidgetProps } from "../widget-props.ts";

export const TextWidget = ({ field, path, value, onChange, issues }: WidgetProps) => (
  <TextInput
    id={fieldId(path)}
    label={field.label}
    description={field.help}
    placeholder={field.placeholder ?? ""}
    value={typeof value === "string" ? value : ""}
    error={ownError(issues, path)}
    readOnly={useFormSurroundings().readOnly}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);
