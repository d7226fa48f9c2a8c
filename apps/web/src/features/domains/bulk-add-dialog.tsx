/** Many domains in one paste; each line tells what became of it. */
import {
  Button,
  Group,
  List,
  Modal,
  Progress,
  ScrollArea,
  Select,
  Stack,
  Text,
  Textarea,
} from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, queryClient, trpc } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { type AddProgress, addDomains } from "./add-domains.ts";

export const BulkAddDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const [text, setText] = useState("");
  const [listener, setListener] = useState<string | null>(null);
  const [transport, setTransport] = useState<string | null>(null);
  const [recipientFlow, setRecipientFlow] = useState<string | null>(null);
  const [contentFlow, setContentFlow] = useState<string | null>(null);
  const listeners = useQuery(trpc.settings.list.queryOptions({ kind: "listener" }));
  const transports = useQuery(trpc.settings.list.queryOptions({ kind: "transport" }));
  const flows = useQuery(trpc.flows.list.queryOptions());
  const flowsOf = (kind: "recipient" | "content") =>
    (flows.data ?? [])
      .filter((flow) => flow.kind === kind && flow.state !== "deleted")
      .map(({ id, title }) => ({ value: id, label: title }));
  const [progress, setProgress] = useState<AddProgress | null>(null);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const add = useMutation({
    mutationFn: () => {
      stop.current = new AbortController();
      setProgress(null);
      return addDomains({
        text,
        template: {
          ...(listener !== null && { listener }),
          ...(transport !== null && { transport }),
          ...(recipientFlow !== null && { recipientFlow }),
          ...(contentFlow !== null && { contentFlow }),
        },
        add: (input) => api.domains.bulkAdd.mutate(input),
        onProgress: setProgress,
        signal: stop.current.signal,
      });
    },
    onSuccess: ({ added }) => announce(`${added} domains added to the draft.`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() }),
  });
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
            label="Listener of all of them"
            description="Only for mail that comes in there. None: every listener."
            placeholder="Every listener"
            clearable
            data={listeners.data?.filter(({ version }) => version > 0).map(({ id }) => id) ?? []}
            value={listener}
            onChange={setListener}
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
          {progress !== null && <Report progress={progress} running={add.isPending} />}
          <Group justify="flex-end">
            {add.isPending ? (
              <Button variant="default" onClick={() => stop.current.abort()}>
                Stop
              </Button>
            ) : (
              <Button variant="default" onClick={onClose}>
                {add.isSuccess ? "Close" : "Cancel"}
              </Button>
            )}
            <Button type="submit" loading={add.isPending} disabled={text.trim() === ""}>
              Add the domains
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

const Report = ({
  progress: { done, total, added, refused },
  running,
}: {
  readonly progress: AddProgress;
  readonly running: boolean;
}) => (
  <Stack gap={6} role="status">
    {running && (
      <Progress aria-label="Lines done" value={total === 0 ? 100 : (100 * done) / total} />
    )}
    <Text fw={600}>
      {running || done < total
        ? `${done} of ${total} lines done, ${added} domains added to the draft${running ? "" : ": stopped"}.`
        : `${added} added to the draft: publish to put them in force.`}
    </Text>
    {refused.length > 0 && (
      <>
        <Text size="sm">{`${refused.length} lines were refused:`}</Text>
        <ScrollArea.Autosize mah={240}>
          <List size="sm">
            {refused.map(({ line, text: words, reason }) => (
              <List.Item key={line}>{`Line ${line}, ${words}: ${reason ?? ""}`}</List.Item>
            ))}
          </List>
        </ScrollArea.Autosize>
      </>
    )}
  </Stack>
);
