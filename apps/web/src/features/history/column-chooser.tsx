import { ActionIcon, Checkbox, Popover, Stack } from "@mantine/core";
import { IconColumns } from "@tabler/icons-react";
import { historyColumns } from "./history-columns.tsx";

type Props = {
  readonly hidden: readonly string[];
  readonly onChange: (hidden: readonly string[]) => void;
};

/** Which columns are shown; time and outcome always are. */
export const ColumnChooser = ({ hidden, onChange }: Props) => (
  <Popover position="bottom-end" shadow="md" trapFocus>
    <Popover.Target>
      <ActionIcon variant="default" aria-label="Columns">
        <IconColumns size={18} />
      </ActionIcon>
    </Popover.Target>
    <Popover.Dropdown aria-label="Columns">
      <Stack gap={8}>
        {historyColumns.map(({ id, header }) => (
          <Checkbox
            key={id}
            size="xs"
            label={header}
            checked={!hidden.includes(id)}
            disabled={id === "at" || id === "outcome"}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked
                  ? hidden.filter((each) => each !== id)
                  : [...hidden, id],
              )
            }
          />
        ))}
      </Stack>
    </Popover.Dropdown>
  </Popover>
);
