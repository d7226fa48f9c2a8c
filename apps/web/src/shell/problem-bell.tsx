import { ActionIcon, Indicator, Popover, ScrollArea, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBell } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../api.ts";
import { SettingsProblems } from "./settings-problems.tsx";

/** What is wrong or doubtful in the draft, from every page. */
export const ProblemBell = () => {
  const { data } = useQuery(trpc.settings.problems.queryOptions());
  const [opened, { toggle, close }] = useDisclosure();
  const problems = (data ?? []).filter(({ severity }) => severity !== "advice");
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const words = problems.length === 0 ? "No problems" : `${problems.length} problems`;
  return (
    <Popover
      opened={opened}
      onChange={(next) => !next && close()}
      position="bottom-end"
      width={420}
      shadow="md"
      trapFocus
    >
      <Indicator
        disabled={problems.length === 0}
        label={problems.length}
        size={16}
        offset={5}
        color={errors > 0 ? "red.9" : "yellow.9"}
      >
        <Popover.Target>
          <ActionIcon aria-label={words} onClick={toggle}>
            <IconBell size={20} stroke={1.6} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown aria-label="Problems of the draft">
        {problems.length === 0 ? (
          <Text size="sm">Nothing is wrong in the draft.</Text>
        ) : (
          <ScrollArea.Autosize
            mah="60vh"
            viewportProps={{ tabIndex: 0, role: "region", "aria-label": "Problems" }}
          >
            <SettingsProblems problems={problems} onFollow={close} />
          </ScrollArea.Autosize>
        )}
      </Popover.Dropdown>
    </Popover>
  );
};
