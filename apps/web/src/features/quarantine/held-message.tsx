/** A held message beside the list. Its text is shown as text; opening it is written into the audit trail. */
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { LinkAnchor } from "../../ui/links.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Mono } from "../../ui/mono.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { HeaderFields, MessageText } from "../history/stored-content.tsx";
import { AddToListButton } from "../sender-lists/add-to-list-button.tsx";
import type { HeldRow } from "./quarantine-page.tsx";

export const HeldMessage = ({
  row,
  onClose,
  onRelease,
  onRemove,
  pending,
}: {
  readonly row: HeldRow;
  readonly onClose: () => void;
  readonly onRelease?: () => void;
  readonly onRemove?: () => void;
  readonly pending: boolean;
}) => {
  const mayRead = useMay("read-content");
  const message = useQuery({
    ...trpc.quarantine.get.queryOptions({ id: row.id }),
    enabled: mayRead,
  });
  const download = useMutation({
    mutationFn: () => api.quarantine.download.mutate({ id: row.id }),
    onSuccess: ({ path }) => window.location.assign(path),
  });
  const preview = message.data?.preview ?? null;
  return (
    <SidePanel
      title={row.subject === "" ? "Without a subject" : visibleText(row.subject)}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Text size="sm">
          {"From "}
          <Mono>{row.sender === "" ? "<>" : visibleText(row.sender)}</Mono>
          {" to "}
          <Mono>{visibleText(row.recipient)}</Mono>
        </Text>
        <Text size="sm">{`Held in ${row.quarantine} by ${row.flow}${row.node === null ? "" : ` › ${row.node}`}: ${visibleText(row.reason)}`}</Text>
        <Text size="sm" c="dimmed">
          {row.releasedAt === null ? "Kept until " : `Released by ${row.releasedBy ?? "somebody"} `}
          <Time at={row.releasedAt ?? row.expiresAt} />
        </Text>
        <Group>
          {onRelease !== undefined && row.releasedAt === null && (
            <Button size="compact-sm" loading={pending} onClick={onRelease}>
              Release
            </Button>
          )}
          {onRemove !== undefined && (
            <Button size="compact-sm" variant="default" onClick={onRemove}>
              Delete
            </Button>
          )}
          <AddToListButton facts={{ sender: row.sender, clientAddress: null }} size="compact-sm" />
          <LinkAnchor to="/mail/m/$id" params={{ id: row.messageId }} search={{}}>
            Show its path
          </LinkAnchor>
          {mayRead && (
            <Button
              size="compact-sm"
              variant="default"
              loading={download.isPending}
              onClick={() => download.mutate()}
            >
              Download
            </Button>
          )}
        </Group>
        <ErrorAlert error={message.error ?? download.error} />
        {mayRead && message.isPending && <Loading />}
        {preview !== null && (
          <>
            <MessageText preview={preview} />
            <Title order={3} size="sm">
              Header
            </Title>
            <HeaderFields preview={preview} />
          </>
        )}
      </Stack>
    </SidePanel>
  );
};
