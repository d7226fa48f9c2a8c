/** Many domains in one paste; each line tells what became of it. */
import { Button, Group, List, Modal, Select, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, queryClient, trpc } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";

export const BulkAddDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const [text, setText] = useState("");
  const [transport, setTransport] = useState<string | null>(null);
  const [recipientFlow, setRecipientFlow] = useState<string | null>(null);
  const [contentFlow, setContentFlow] = useState<string | null>(null);
  const transports = useQuery(trpc.settings.list.queryOptions({ kind: "transport" }));
  const flows = useQuery(trpc.flows.list.queryOptions());
  const flowsOf = (kind: "recipient" | "content") =>
    (flows.data ?? [])
      .filter((flow) => flow.kind === kind && flow.state !== "deleted")
      .map(({ id, title }) => ({ value: id, label: title }));
  const add = useMutation({
    mutationFn: () =>
      api.domains.bulkAdd.mutate({
        text,
        template: {
          ...(transport !== null && { transport }),
          ...(recipientFlow !== null && { recipientFlow }),
          ...(contentFlow !== null && { contentFlow }),
        },
      }),
    onSuccess: async ({ added }) => {
      announce(`${added} domains added to the draft.`);
      await queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() });
    },
  });
  const left = add.data?.lines.filter(({ result }) => result !== "added") ?? [];
  return (
    <Modal opened onClose={onClose} title="Add many domains" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Stack>
          <Textarea
            label="Domains"
            description="One on each line; what follows it on the line becomes its aliases: “example.org example.net”. After # is a remark."
            autosize
            minRows={6}
            maxRows={16}
            spellCheck={false}
            data-autofocus
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
          <Select
            label="Transport of all of them"
            description="Where their mail goes. None: choose later for each."
            placeholder="None"
            clearable
            data={transports.data?.filter(({ version }) => version > 0).map(({ id }) => id) ?? []}
            value={transport}
            onChange={setTransport}
          />
          <Select
            label="Recipient flow of all of them"
            description="None: every user is accepted."
            placeholder="None"
            clearable
            data={flowsOf("recipient")}
            value={recipientFlow}
            onChange={setRecipientFlow}
          />
          <Select
            label="Mail content flow of all of them"
            description="None: everything is delivered."
            placeholder="None"
            clearable
            data={flowsOf("content")}
            value={contentFlow}
            onChange={setContentFlow}
          />
          <ErrorAlert error={add.error} />
          {add.data !== undefined && (
            <div role="status">
              <Text fw={600}>
                {`${add.data.added} added to the draft: publish to put them in force.`}
              </Text>
              {left.length > 0 && (
                <List size="sm" mt={6}>
                  {left.map(({ line, text: words, result, reason }) => (
                    <List.Item key={line}>
                      {`Line ${line}, ${words}: `}
                      {result === "exists" ? "exists already, left as it is." : reason}
                    </List.Item>
                  ))}
                </List>
              )}
            </div>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {add.isSuccess ? "Close" : "Cancel"}
            </Button>
            <Button type="submit" loading={add.isPending} disabled={text.trim() === ""}>
              Add the domains
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
