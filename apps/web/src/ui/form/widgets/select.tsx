import { Select } from "@mantine/core";
import { useFormSurroundings } from "../form-surroundings.ts";
import { fieldId, ownError, type WidgetProps } from "../widget-props.ts";

export const SelectWidget = ({ field, path, value, onChange, issues }: WidgetProps) => (
  <Select
    id={fieldId(path)}
    label={field.label}
    description={field.help}
    data={Object.entries(field.choices ?? {}).map(([id, words]) => ({ value: id, label: words }))}
    value={typeof value === "string" ? value : null}
    allowDeselect={false}
    error={ownError(issues, path)}
    readOnly={useFormSurroundings().readOnly}
    onChange={onChange}
  />
);
