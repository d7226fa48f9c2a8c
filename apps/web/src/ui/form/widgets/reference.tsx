import { Group, Select } from "@mantine/core";
import { useFormSurroundings } from "../form-surroundings.ts";
import { fieldId, ownError, type WidgetProps } from "../widget-props.ts";

/** Picks another object; one that is gone stays visible and is marked. */
export const ReferenceWidget = ({ field, path, value, onChange, issues }: WidgetProps) => {
  const { references, openReference, readOnly, isLoading = false } = useFormSurroundings();
  const id = typeof value === "string" ? value : "";
  const kind = field.reference;
  const options = kind === undefined ? [] : references(kind);
  const isKnown = options.some((option) => option.id === id);
  const isMissing = id !== "" && !isKnown && !isLoading;
  const data = [
    ...options.map((option) => ({
      value: option.id,
      label:
        option.title === "" || option.title === option.id
          ? option.id
          : `${option.title} (${option.id})`,
    })),
    ...(id === "" || isKnown ? [] : [{ value: id, label: isMissing ? `${id} (missing)` : id }]),
  ];
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <Select
        id={fieldId(path)}
        style={{ flex: 1 }}
        label={field.label}
        description={field.help}
        placeholder={
          isLoading ? "Loading" : options.length === 0 ? "There is none yet" : "Choose one"
        }
        data={data}
        value={id === "" ? null : id}
        searchable={data.length > 8}
        clearable
        error={ownError(issues, path)}
        readOnly={readOnly}
        onChange={(next) => onChange(next ?? "")}
      />
      {kind !== undefined && id !== "" && !isMissing && openReference(kind, id)}
    </Group>
  );
};
