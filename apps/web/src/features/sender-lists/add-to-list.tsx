/**
 * Puts a sender, its domain or a client onto a list that a flow reads. A list is a
 * setting like any other: the line goes into the draft, and counts when it is
 * published; while the draft holds nothing else that is one step.
 */
import { Alert, Button, Group, Modal, Radio, Stack, Text } from "@mantine/core";
import { Flow } from "@sluice/flow-schema";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, queryClient, trpc } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { LinkAnchor } from "../../ui/links.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Mono } from "../../ui/mono.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { type ListChoice, listChoices, type MailFacts, withLine } from "./list-choices.ts";
import "./add-to-list.css";

type Props = { readonly facts: MailFacts; readonly onClose: () => void };

type Done = { readonly choice: ListChoice; readonly kind: "there" | "draft" | "published" };

export const AddToList = ({ facts, onClose }: Props) => {
  const flows = useQuery(trpc.settings.list.queryOptions({ kind: "flow" }));
  const changes = useQuery({ ...trpc.settings.changes.queryOptions(), staleTime: 0 });
  const [chosen, setChosen] = useState(0);
  const [done, setDone] = useState<Done | null>(null);
  const add = useMutation({
    mutationFn: async ({ choice, publishes }: { choice: ListChoice; publishes: boolean }) => {
      const file = await api.files.read.query({ id: choice.file });
      if (file.text === null) throw new Error("This file holds no text.");
      const text = withLine(file.text, choice.value);
      if (text === null) return { choice, kind: "there" } as const;
      const { id, name, version } = file;
      await api.files.write.mutate({ id, name, text, version });
      if (!publishes) return { choice, kind: "draft" } as const;
      // warnings of the draft are for a person to accept: then the line waits there
      const isPublished = await api.settings.publish
        .mutate({ message: `Add ${choice.value} to ${name}` })
        .then(
          () => true,
          () => false,
        );
      return { choice, kind: isPublished ? "published" : "draft" } as const;
    },
    onSuccess: (result) => {
      setDone(result);
      announce(doneWords(result));
    },
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() });
      void queryClient.invalidateQueries({ queryKey: trpc.files.pathKey() });
    },
  });
  const choices = listChoices(
    (flows.data ?? []).flatMap(({ id, body, state }) => {
      const flow = Flow.safeParse(body);
      return flow.success && state !== "deleted" ? [{ id, flow: flow.data }] : [];
    }),
    facts,
  );
  const choice = choices[chosen];
  const others = changes.data?.filter(({ kind }) => kind !== "layout").length ?? 0;
  const isReady = flows.data !== undefined && changes.data !== undefined;
  return (
    <Modal opened onClose={onClose} title="Add to a list" size="lg">
      <Stack>
        <ErrorAlert error={flows.error ?? changes.error ?? add.error} />
        {!isReady && flows.error === null && changes.error === null && <Loading />}
        {isReady && choices.length === 0 && (
          <Text size="sm">
            No flow looks up senders or clients in a file. Put the block “File look-up” into a{" "}
            <LinkAnchor to="/flows" onClick={onClose}>
              flow
            </LinkAnchor>
            , let it look for the sender, and lead “Found” to where such mail shall go.
          </Text>
        )}
        {done !== null ? (
          <Alert
            className="list-choice"
            color={done.kind === "there" ? "gray" : "green"}
            title={doneWords(done)}
          >
            {done.kind === "draft" && (
              <Text size="sm">
                It counts once the draft is published: the button at the top of the page.
              </Text>
            )}
            <LinkAnchor
              to="/resources/files/$id"
              params={{ id: done.choice.file }}
              size="sm"
              onClick={onClose}
            >
              Open the file
            </LinkAnchor>
          </Alert>
        ) : (
          isReady &&
          choices.length > 0 && (
            <Radio.Group
              label="Which list?"
              description="Each is a file that a block of a flow reads."
              value={String(chosen)}
              onChange={(value) => setChosen(Number(value))}
            >
              <Stack gap="sm" mt="sm">
                {choices.map(({ file, value, flow, block, leadsTo }, index) => (
                  <Radio
                    className="list-choice"
                    key={`${index} ${file}`}
                    value={String(index)}
                    label={
                      <>
                        <Mono>{visibleText(value)}</Mono> into <strong>{file}</strong>
                      </>
                    }
                    description={`Read by “${block}” in “${flow}”${leadsTo === null ? "" : `; what is found goes to “${leadsTo}”`}.`}
                  />
                ))}
              </Stack>
            </Radio.Group>
          )
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {done === null ? "Cancel" : "Close"}
          </Button>
          {done === null && choice !== undefined && isReady && (
            <>
              <Button
                variant={others === 0 ? "default" : "filled"}
                loading={add.isPending}
                onClick={() => add.mutate({ choice, publishes: false })}
              >
                Add to the draft
              </Button>
              {others === 0 && (
                <Button
                  loading={add.isPending}
                  onClick={() => add.mutate({ choice, publishes: true })}
                >
                  Add and publish
                </Button>
              )}
            </>
          )}
        </Group>
        {done === null && others > 0 && choice !== undefined && (
          <Text size="xs" c="dimmed">
            {`The draft holds ${others} other ${others === 1 ? "change" : "changes"}, so this is not published by itself.`}
          </Text>
        )}
      </Stack>
    </Modal>
  );
};

const doneWords = ({ choice: { value, file }, kind }: Done): string => {
  const what = visibleText(value);
  switch (kind) {
    case "there":
      return `${what} stands in ${file} already.`;
    case "draft":
      return `${what} was added to ${file} in the draft.`;
    case "published":
      return `${what} was added to ${file} and is in force.`;
    default:
      return kind satisfies never;
  }
};
