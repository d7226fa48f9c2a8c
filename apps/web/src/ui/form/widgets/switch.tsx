import { Switch } from "@mantine/core";
import { useFormSurroundings } from "../form-surroundings.ts";
import { fieldId, ownError, type WidgetProps } from "../widget-props.ts";

export const SwitchWidget = ({ field, path, value, onChange, issues }: WidgetProps) => (
  <Switch
    id={fieldId(path)}
    label={field.label}
    description={field.help}
    checked={value === true}
    error={ownError(issues, path)}
    disabled={useFormSurroundings().readOnly}
    onChange={(event) => onChange(event.currentTarget.checked)}
  />
);
