import { Stack } from "@mantine/core";
import { use } from "react";
import { valueAt, withValueAt } from "../value-path.ts";
import { WidgetContext } from "../widget-context.ts";
import type { WidgetProps } from "../widget-props.ts";

/** An item of a list that has fields of its own. */
export const ObjectWidget = ({ field, path, value, onChange, issues }: WidgetProps) => {
  const Widget = use(WidgetContext);
  return (
    <Stack gap={6}>
      {(field.fields ?? []).map((member) => (
        <Widget
          key={member.path.join(".")}
          field={member}
          path={[...path, ...member.path]}
          value={valueAt(value, member.path) ?? member.default}
          issues={issues}
          onChange={(next) => onChange(withValueAt(value, member.path, next))}
        />
      ))}
    </Stack>
  );
};
