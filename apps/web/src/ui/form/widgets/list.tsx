import { ActionIcon, Button, Group, Input, Paper, Stack, Textarea } from "@mantine/core";
import type { DescribedItem } from "@sluice/flow-schema";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { use, useState } from "react";
import { useFormSurroundings } from "../form-surroundings.ts";
import { WidgetContext } from "../widget-context.ts";
import { fieldId, ownError, type WidgetProps } from "../widget-props.ts";

/** Plain items are lines of one text; items with words of their own are rows. */
export const ListWidget = (props: WidgetProps) => {
  const item = props.field.item ?? { widget: "text" };
  const isPlain = item.label === undefined && (item.widget === "text" || item.widget === "number");
  return isPlain ? <Lines {...props} item={item} /> : <Rows {...props} item={item} />;
};

type Props = WidgetProps & { readonly item: DescribedItem };

const Lines = ({ field, path, value, onChange, issues, item }: Props) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const read = (text: string): unknown[] =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .map((line) =>
        item.widget === "number" && Number.isFinite(Number(line)) ? Number(line) : line,
      );
  const [typed, setTyped] = useState(() => list.join("\n"));
  // What was typed stands as long as it means the list, so that an empty line does not jump away.
  const text = JSON.stringify(read(typed)) === JSON.stringify(list) ? typed : list.join("\n");
  const inside = issues
    .filter((issue) => issue.path.length > path.length)
    .map((issue) => `Line ${Number(issue.path[path.length]) + 1}: ${issue.message}`);
  const error = [ownError(issues, path), ...inside].filter((each) => each !== null).join(" ");
  return (
    <Textarea
      id={fieldId(path)}
      label={field.label}
      description={`${field.help} One on each line.`}
      placeholder={field.placeholder ?? ""}
      autosize
      minRows={2}
      maxRows={12}
      value={text}
      error={error === "" ? null : error}
      readOnly={useFormSurroundings().readOnly}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(read(event.currentTarget.value));
      }}
    />
  );
};

const Rows = ({ field, path, value, onChange, issues, item }: Props) => {
  const Widget = use(WidgetContext);
  const { readOnly } = useFormSurroundings();
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const noun = item.label ?? "entry";
  const move = (from: number, to: number): void => {
    const next = [...list];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
  };
  return (
    <Input.Wrapper
      id={fieldId(path)}
      label={field.label}
      description={field.help}
      error={ownError(issues, path)}
      labelElement="div"
    >
      <Stack gap="xs" mt={6}>
        {list.map((entry, index) => (
          <Paper key={index} withBorder p="xs">
            <Group align="flex-start" wrap="nowrap" gap="xs">
              <div style={{ flex: 1, minWidth: 0 }}>
                <Widget
                  field={{ ...item, label: item.label ?? `${index + 1}`, help: item.help ?? "" }}
                  path={[...path, index]}
                  value={entry}
                  issues={issues}
                  onChange={(next) =>
                    onChange(list.map((each, at) => (at === index ? next : each)))
                  }
                />
              </div>
              {!readOnly && (
                <Stack gap={2}>
                  <ActionIcon
                    size="sm"
                    aria-label={`Move ${noun} ${index + 1} up`}
                    disabled={index === 0}
                    onClick={() => move(index, index - 1)}
                  >
                    <IconArrowUp size={14} />
                  </ActionIcon>
                  <ActionIcon
                    size="sm"
                    aria-label={`Move ${noun} ${index + 1} down`}
                    disabled={index === list.length - 1}
                    onClick={() => move(index, index + 1)}
                  >
                    <IconArrowDown size={14} />
                  </ActionIcon>
                  <ActionIcon
                    size="sm"
                    aria-label={`Remove ${noun} ${index + 1}`}
                    onClick={() => onChange(list.filter((_, at) => at !== index))}
                  >
                    <IconTrash size={14} />
                  </ActionIcon>
                </Stack>
              )}
            </Group>
          </Paper>
        ))}
        {!readOnly && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} />}
            style={{ alignSelf: "flex-start" }}
            onClick={() => onChange([...list, emptyItem(item)])}
          >
            Add
          </Button>
        )}
      </Stack>
    </Input.Wrapper>
  );
};

const emptyItem = (item: DescribedItem): unknown => {
  switch (item.widget) {
    case "object": {
      const members = (item.fields ?? []).map(({ path, default: value, widget }) => {
        const empty = widget === "switch" ? false : widget === "list" ? [] : "";
        return [path[0] ?? "", value ?? empty] as const;
      });
      return Object.fromEntries(members);
    }
    case "number":
      return 0;
    case "switch":
      return false;
    case "list":
      return [];
    case "select":
      return Object.keys(item.choices ?? {})[0] ?? "";
    case "text":
    case "secret":
    case "template":
    case "multiline":
    case "reference":
    case "script":
      return "";
  }
};
