import { NumberInput } from "@mantine/core";
import { useFormSurroundings } from "../form-surroundings.ts";
import { fieldId, ownError, type WidgetProps } from "../widget-props.ts";

export const NumberWidget = ({ field, path, value, onChange, issues }: WidgetProps) => (
  <NumberInput
    id={fieldId(path)}
    label={field.unit === undefined ? field.label : `${field.label} (${field.unit})`}
    description={field.help}
    value={typeof value === "number" ? value : ""}
    {...(field.min !== undefined && { min: field.min })}
    {...(field.max !== undefined && { max: field.max })}
    clampBehavior="none"
    error={ownError(issues, path)}
    readOnly={useFormSurroundings().readOnly}
    onChange={(next) => onChange(next === "" ? undefined : next)}
  />
);
