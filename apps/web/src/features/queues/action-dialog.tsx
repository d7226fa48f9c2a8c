/** Says what an action will do to how many entries, asks for what it needs, and begins it. */
import { Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type RouterInputs, trpc } from "../../api.ts";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { type Action, actionWords, undoSecondsOf } from "./queue-words.ts";

export type Which = RouterInputs["queue"]["retry"];

export const ActionDialog = ({
  action,
  which,
  count,
  matching,
  onClose,
  onBegun,
}: {
  readonly action: Action;
  readonly which: Which;
  readonly count: number;
  /** What was narrowed down to, in words; null: the entries were chosen one by one. */
  readonly matching: string | null;
  readonly onClose: () => void;
  readonly onBegun: (job: string) => void;
}) => {
  const [to, setTo] = useState("");
  const words = actionWords[action];
  const transports = useQuery({
    ...trpc.settings.list.queryOptions({ kind: "transport" }),
    enabled: action === "changeTransport",
  });
  const run = useMutation({
    mutationFn: () => {
      if (action === "changeTransport")
        return api.queue.changeTransport.mutate({ ...which, transport: to });
      if (action === "changeRecipient")
        return api.queue.changeRecipient.mutate({ ...which, recipient: to });
      return api.queue[action].mutate({ ...which, undoSeconds: undoSecondsOf(action) });
    },
    onSuccess: ({ id }) => onBegun(id),
  });
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`${words.title}?`}
      action={`${words.title} (${count.toLocaleString()})`}
      dangerous={words.dangerous}
      pending={run.isPending}
      disabled={(action === "changeTransport" || action === "changeRecipient") && to === ""}
      error={run.error}
      onConfirm={() => run.mutate()}
    >
      <Stack gap="sm">
        <Text size="sm">
          {`${count.toLocaleString()} ${count === 1 ? "entry" : "entries"}${matching === null ? "" : `: ${matching}`}. ${words.effect} Entries that are being delivered at this moment are left alone.${undoSecondsOf(action) > 0 ? " It begins after 10 seconds and can be undone until then." : ""}`}
        </Text>
        {action === "changeTransport" && (
          <Select
            label="Transport"
            description="Of the transports that are published."
            placeholder="Choose one"
            nothingFoundMessage="No transport is published."
            data={transports.data?.filter(({ state }) => state !== "new").map(({ id }) => id) ?? []}
            value={to === "" ? null : to}
            onChange={(value) => setTo(value ?? "")}
          />
        )}
        {action === "changeRecipient" && (
          <TextInput
            label="Recipient"
            placeholder="user@example.org"
            value={to}
            onChange={(event) => setTo(event.currentTarget.value.trim())}
          />
        )}
      </Stack>
    </ConfirmDialog>
  );
};
