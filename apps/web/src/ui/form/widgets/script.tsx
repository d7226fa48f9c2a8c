import { Input } from "@mantine/core";
import { useFormSurroundings } from "../form-surroundings.ts";
import { fieldId, ownError, type WidgetProps } from "../widget-props.ts";
import { MultilineWidget } from "./multiline.tsx";

/** The page's script editor; a plain text area where there is none. */
export const ScriptWidget = (props: WidgetProps) => {
  const { field, path, value, onChange, issues } = props;
  const { ScriptInput, readOnly } = useFormSurroundings();
  if (ScriptInput === null) return <MultilineWidget {...props} />;
  return (
    <Input.Wrapper
      label={field.label}
      description={field.help}
      error={ownError(issues, path)}
      id={fieldId(path)}
    >
      <ScriptInput
        label={field.label}
        value={typeof value === "string" ? value : ""}
        onChange={onChange}
        isExpression={field.expression === true}
        readOnly={readOnly}
        placeholder={field.placeholder}
      />
    </Input.Wrapper>
  );
};
