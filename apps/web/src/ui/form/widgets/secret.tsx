import { PasswordInput } from "@mantine/core";
import { useFormSurroundings } from "../form-surroundings.ts";
import { fieldId, ownError, type WidgetProps } from "../widget-props.ts";

/** Goes in and is not shown again. */
export const SecretWidget = ({ field, path, value, onChange, issues }: WidgetProps) => (
  <PasswordInput
    id={fieldId(path)}
    label={field.label}
    description={field.help}
    autoComplete="new-password"
    value={typeof value === "string" ? value : ""}
    error={ownError(issues, path)}
    readOnly={useFormSurroundings().readOnly}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);
