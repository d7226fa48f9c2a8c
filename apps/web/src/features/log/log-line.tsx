/** A line of the log in full, with the lines around it. */
import { Code, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../../api.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { LinkAnchor } from "../../ui/links.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import type { LogRow } from "./log-page.tsx";
import "./log-line.css";

export const LogLine = ({
  row,
  onClose,
}: {
  readonly row: LogRow;
  readonly onClose: () => void;
}) => {
  const around = useQuery(trpc.log.context.queryOptions({ id: row.id }));
  return (
    <SidePanel title="Line of the log" onClose={onClose}>
      <Stack gap="sm">
        <Text size="sm">
          <Time at={row.at} /> · {row.level} · {row.component}
        </Text>
        <Code block className="log-text">
          {visibleText(row.text)}
        </Code>
        <Group gap="sm">
          <CopyButton text={row.text} label="Copy the line" />
          {row.messageId !== null && (
            <LinkAnchor to="/mail/m/$id" params={{ id: row.messageId }} search={{}} size="sm">
              Show the message
            </LinkAnchor>
          )}
        </Group>
        <Title order={3} size="sm">
          Around it
        </Title>
        <ErrorAlert error={around.error} />
        <ol className="log-around">
          {around.data?.map(({ id, at, level, text }) => (
            <li key={id} data-current={id === row.id || undefined}>
              <Time at={at} form="exact" /> {level} {visibleText(text)}
            </li>
          ))}
        </ol>
      </Stack>
    </SidePanel>
  );
};
