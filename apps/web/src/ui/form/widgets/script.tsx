import { Input } from "@mantine/core";
import { useFormSurroundings } from "../form-surroundings.ts";
import { ownError, type WidgetProps } from "../widget-props.ts";
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
      labelElement="div"
      // what is wrong with a text that is there stands under the editor
      error={typeof value === "string" && value.trim() !== "" ? null : ownError(issues, path)}
    >
      <ScriptInput
        field={path}
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
