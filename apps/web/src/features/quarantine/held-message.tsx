/** A held message beside the list. Its text is shown as text; opening it is written into the audit trail. */
import { Button, Code, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { LinkAnchor } from "../../ui/links.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Mono } from "../../ui/mono.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import type { HeldRow } from "./quarantine-page.tsx";

export const HeldMessage = ({
  row,
  onClose,
}: {
  readonly row: HeldRow;
  readonly onClose: () => void;
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
        <Group>
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
            <Code block>
              {preview.headers
                .map(({ name, value }) => `${name}: ${visibleText(value)}`)
                .join("\n")}
            </Code>
            <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
              {preview.text === "" ? "No text." : preview.text}
            </Code>
          </>
        )}
      </Stack>
    </SidePanel>
  );
};
