import { MultiSelect } from "@mantine/core";
import type { ReferenceKind } from "@sluice/flow-schema";
import { useFormSurroundings } from "../../ui/form/form-surroundings.ts";
import { startsWith, type ValuePath, valueAt } from "../../ui/form/value-path.ts";
import { fieldId } from "../../ui/form/widget-props.ts";
import { useObjectForm } from "./object-form-context.ts";

type Props = {
  readonly label: string;
  readonly help: string;
  readonly path: ValuePath;
  readonly reference: ReferenceKind;
};

/** Picks several objects; their order counts. */
export const ReferenceListField = ({ label, help, path, reference }: Props) => {
  const { value, set, issues } = useObjectForm();
  const { references, readOnly, isLoading = false } = useFormSurroundings();
  const raw = valueAt(value, path);
  const chosen = Array.isArray(raw) ? raw.map(String) : [];
  const options = references(reference);
  const known = options.map(({ id, title }) => ({
    value: id,
    label: title === "" || title === id ? id : `${title} (${id})`,
  }));
  const missing = chosen
    .filter((id) => !isLoading && !options.some((option) => option.id === id))
    .map((id) => ({ value: id, label: `${id} (missing)` }));
  const own = issues.filter((issue) => startsWith(issue.path, path)).map(({ message }) => message);
  return (
    <MultiSelect
      id={fieldId(path)}
      label={label}
      description={help}
      placeholder={
        chosen.length > 0
          ? ""
          : isLoading
            ? "Loading"
            : options.length === 0
              ? "There is none yet"
              : "Choose"
      }
      data={[...known, ...missing]}
      value={chosen}
      searchable
      readOnly={readOnly}
      error={own.length === 0 ? null : own.join(" ")}
      onChange={(next) => set(path, next)}
    />
  );
};
