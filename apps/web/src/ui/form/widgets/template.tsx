import { Combobox, Text, Textarea, useCombobox } from "@mantine/core";
import { useRef } from "react";
import { useFormSurroundings } from "../form-surroundings.ts";
import { fieldId, ownError, type WidgetProps } from "../widget-props.ts";

/** Text that may name variables; typing "$" offers those the flow has. */
export const TemplateWidget = ({ field, path, value, onChange, issues }: WidgetProps) => {
  const { variables, readOnly } = useFormSurroundings();
  const input = useRef<HTMLTextAreaElement>(null);
  const combobox = useCombobox();
  const text = typeof value === "string" ? value : "";
  const before = text.slice(0, input.current?.selectionStart ?? text.length);
  const started = /\$(\w*)$/.exec(before)?.[1];
  const offered =
    started === undefined
      ? []
      : variables.filter(({ name }) => name.startsWith(started)).slice(0, 12);
  const complete = (name: string): void => {
    const start = before.length - (started?.length ?? 0);
    onChange(`${text.slice(0, start)}${name}${text.slice(before.length)}`);
    combobox.closeDropdown();
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(start + name.length, start + name.length);
    });
  };
  return (
    <Combobox store={combobox} onOptionSubmit={complete}>
      <Combobox.EventsTarget>
        <Combobox.DropdownTarget>
          <Textarea
            ref={input}
            id={fieldId(path)}
            label={field.label}
            description={field.help}
            placeholder={field.placeholder ?? ""}
            autosize
            minRows={1}
            maxRows={8}
            value={text}
            error={ownError(issues, path)}
            readOnly={readOnly}
            onChange={(event) => {
              onChange(event.currentTarget.value);
              const typed = event.currentTarget.value.slice(0, event.currentTarget.selectionStart);
              if (/\$\w*$/.test(typed)) combobox.openDropdown();
              else combobox.closeDropdown();
            }}
            onBlur={() => combobox.closeDropdown()}
          />
        </Combobox.DropdownTarget>
      </Combobox.EventsTarget>
      <Combobox.Dropdown hidden={offered.length === 0}>
        <Combobox.Options mah={240} style={{ overflowY: "auto" }}>
          {offered.map(({ name, help }) => (
            <Combobox.Option value={name} key={name}>
              <Text size="sm" ff="monospace">
                ${name}
              </Text>
              <Text size="xs" c="dimmed">
                {help}
              </Text>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
};
