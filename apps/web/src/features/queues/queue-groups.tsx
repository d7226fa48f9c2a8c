/** The queue in groups: by next hop, with pause and resume, or by the answer that delays it. */
import {
  Button,
  Group,
  Menu,
  ScrollArea,
  SegmentedControl,
  Stack,
  Table,
  VisuallyHidden,
} from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type RouterOutputs, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Mono } from "../../ui/mono.tsx";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { type Target, usePause } from "./pauses.tsx";
import { NextAttempt, type QueueName } from "./queue-columns.tsx";

type Summary = RouterOutputs["queue"]["summary"];
type Hop = Summary["nextHops"][number];

export type Chosen = { readonly hop?: string | undefined; readonly reply?: string | undefined };

export const QueueGroups = ({
  queue,
  chosen,
  onChoose,
  onDone,
}: {
  readonly queue: QueueName;
  readonly chosen: Chosen;
  readonly onChoose: (chosen: Chosen) => void;
  readonly onDone: () => void;
}) => {
  const [by, setBy] = useState<"hop" | "reply">(chosen.reply === undefined ? "hop" : "reply");
  const mayOperate = useMay("operate");
  const summary = useQuery({ ...trpc.queue.summary.queryOptions(), refetchInterval: 10_000 });
  const change = usePause(onDone);
  const hops = summary.data?.nextHops.filter((hop) => hop.queue === queue) ?? [];
  const replies = summary.data?.replies.filter((row) => row.queue === queue) ?? [];
  if (hops.length === 0) return null;
  return (
    <Stack gap={6} style={{ flexShrink: 0 }}>
      <Group>
        <SegmentedControl
          size="xs"
          aria-label="Group by"
          value={by}
          data={[
            { value: "hop", label: "By next hop" },
            { value: "reply", label: "By last answer" },
          ]}
          onChange={(value) => setBy(value === "reply" ? "reply" : "hop")}
        />
      </Group>
      <ErrorAlert error={change.error} />
      <ScrollArea.Autosize mah={190} type="auto">
        <Table
          aria-label={by === "hop" ? "By next hop" : "By last answer"}
          verticalSpacing={4}
          miw={620}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{by === "hop" ? "Next hop" : "Last answer"}</Table.Th>
              <Table.Th scope="col" ta="end">
                Entries
              </Table.Th>
              <Table.Th scope="col">Oldest</Table.Th>
              <Table.Th scope="col">Next attempt</Table.Th>
              <Table.Th scope="col">{by === "hop" ? "Last answer" : "Next hops"}</Table.Th>
              {by === "hop" && mayOperate && queue === "outgoing" && (
                <Table.Th scope="col">
                  <VisuallyHidden>Pause</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {by === "hop"
              ? hops.map((hop) => (
                  <Line
                    key={hop.nextHop}
                    group={hop}
                    isChosen={chosen.hop === hop.nextHop}
                    name={hop.nextHop === "" ? "not decided" : hop.nextHop}
                    last={visibleText(hop.lastReply ?? "")}
                    when={hop.paused ? "paused" : null}
                    onChoose={() =>
                      onChoose(chosen.hop === hop.nextHop ? {} : { hop: hop.nextHop })
                    }
                    menu={
                      mayOperate &&
                      queue === "outgoing" && (
                        <HopMenu
                          hop={hop}
                          onPause={(target, go) => change.mutate({ target, go })}
                        />
                      )
                    }
                  />
                ))
              : replies.map((row) => (
                  <Line
                    key={row.reply}
                    group={row}
                    isChosen={chosen.reply === row.reply}
                    name={visibleText(row.reply)}
                    last={row.nextHops.toLocaleString()}
                    when={null}
                    onChoose={() =>
                      onChoose(chosen.reply === row.reply ? {} : { reply: row.reply })
                    }
                    menu={false}
                  />
                ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
    </Stack>
  );
};

const Line = ({
  group: { count, oldest, nextAttempt },
  isChosen,
  name,
  last,
  when,
  onChoose,
  menu,
}: {
  readonly group: Pick<Hop, "count" | "oldest" | "nextAttempt">;
  readonly isChosen: boolean;
  readonly name: string;
  readonly last: string;
  readonly when: string | null;
  readonly onChoose: () => void;
  readonly menu: ReactNode;
}) => (
  <Table.Tr {...(isChosen && { bg: "var(--mantine-primary-color-light)" })}>
    <Table.Td maw={360}>
      <Button
        size="compact-xs"
        variant="subtle"
        aria-pressed={isChosen}
        title={name}
        maw="100%"
        onClick={onChoose}
      >
        <Mono>{name}</Mono>
      </Button>
    </Table.Td>
    <Table.Td ta="end">{count.toLocaleString()}</Table.Td>
    <Table.Td>
      <Time at={oldest} form="relative" />
    </Table.Td>
    <Table.Td>{when ?? (nextAttempt === null ? "" : <NextAttempt at={nextAttempt} />)}</Table.Td>
    <Table.Td style={{ overflowWrap: "anywhere" }}>{last}</Table.Td>
    {menu !== false && <Table.Td ta="end">{menu}</Table.Td>}
  </Table.Tr>
);

const HopMenu = ({
  hop,
  onPause,
}: {
  readonly hop: Hop;
  readonly onPause: (target: Target, go: boolean) => void;
}) => {
  const [transport = ""] = hop.nextHop.split("/");
  if (hop.nextHop === "") return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-xs" variant="subtle" aria-label={`Pause or resume ${hop.nextHop}`}>
          <IconDots size={14} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onPause({ destination: hop.nextHop }, false)}>
          Pause this next hop
        </Menu.Item>
        <Menu.Item onClick={() => onPause({ transport }, false)}>
          {`Pause transport ${transport}`}
        </Menu.Item>
        {hop.paused && (
          <Menu.Item onClick={() => onPause({ destination: hop.nextHop }, true)}>
            Resume this next hop
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
};
