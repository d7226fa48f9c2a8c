/** Where the message is now, and the message itself, while it is kept. */
import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { LinkButton } from "../../ui/links.tsx";
import type { MessageView } from "../flow-editor/trace/trace-types.ts";
import { AddToListButton } from "../sender-lists/add-to-list-button.tsx";

const queueWords = {
  outgoing: "Show in the queue",
  incoming: "Show in the incoming queue",
  hold: "Show on hold",
} as const;

export const MessageActions = ({ record }: { readonly record: MessageView["record"] }) => {
  const { messageId } = record;
  const mayRead = useMay("read-content");
  const places = useQuery({
    ...trpc.history.places.queryOptions({ id: messageId }),
    refetchInterval: 15_000,
  });
  const download = useMutation({
    mutationFn: () => api.history.download.mutate({ id: messageId }),
    onSuccess: ({ path }) => window.location.assign(path),
  });
  const { queues, isHeld } = places.data ?? { queues: [], isHeld: false };
  return (
    <>
      {queues.map((queue) => (
        <LinkButton
          key={queue}
          size="xs"
          variant="default"
          to="/mail/queues/$queue"
          params={{ queue }}
          search={{ message: messageId }}
        >
          {queueWords[queue]}
        </LinkButton>
      ))}
      {isHeld && (
        <LinkButton size="xs" variant="default" to="/mail/quarantine" search={{ q: messageId }}>
          Show in quarantine
        </LinkButton>
      )}
      {mayRead && (queues.length > 0 || isHeld) && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} />}
          loading={download.isPending}
          onClick={() => download.mutate()}
        >
          Download
        </Button>
      )}
      <AddToListButton facts={record} size="xs" />
      <ErrorAlert error={download.error ?? places.error} />
    </>
  );
};
