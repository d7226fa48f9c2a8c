import type { ComponentType } from "react";
import { startsWith } from "./value-path.ts";
import { WidgetContext } from "./widget-context.ts";
import type { WidgetField, WidgetProps } from "./widget-props.ts";
import { ListWidget } from "./widgets/list.tsx";
import { MultilineWidget } from "./widgets/multiline.tsx";
import { NumberWidget } from "./widgets/number.tsx";
import { ObjectWidget } from "./widgets/object.tsx";
import { ReferenceWidget } from "./widgets/reference.tsx";
import { ScriptWidget } from "./widgets/script.tsx";
import { SecretWidget } from "./widgets/secret.tsx";
import { SelectWidget } from "./widgets/select.tsx";
import { SwitchWidget } from "./widgets/switch.tsx";
import { TemplateWidget } from "./widgets/template.tsx";
import { TextWidget } from "./widgets/text.tsx";

const widgets: Readonly<Record<WidgetField["widget"], ComponentType<WidgetProps>>> = {
  text: TextWidget,
  secret: SecretWidget,
  template: TemplateWidget,
  multiline: MultilineWidget,
  number: NumberWidget,
  switch: SwitchWidget,
  select: SelectWidget,
  list: ListWidget,
  reference: ReferenceWidget,
  script: ScriptWidget,
  object: ObjectWidget,
};

/** Draws one field with the widget its schema asks for. */
export const FieldWidget = ({ issues, ...props }: WidgetProps) => {
  const Widget = widgets[props.field.widget];
  const own = issues.filter(({ path }) => startsWith(path, props.path));
  return (
    <WidgetContext value={FieldWidget}>
      <Widget {...props} issues={own} />
    </WidgetContext>
  );
};
