/** One file: its name and, when it is text, its lines. */
import { Alert, Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, queryClient, type RouterOutputs, readError, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { HrefAnchor } from "../../ui/links.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Mono } from "../../ui/mono.tsx";
import { Page } from "../../ui/page.tsx";
import { byteSize } from "../../ui/size.ts";
import { newObject } from "../settings-objects/object-kinds.ts";
import { UsedBy, useUses } from "../settings-objects/used-by.tsx";
import { fileId } from "./file-id.ts";

type FileView = RouterOutputs["files"]["read"];

export const FilePage = () => {
  const { id } = useParams({ from: "/shell/resources/files/$id" });
  const isNew = id === newObject;
  const file = useQuery({ ...trpc.files.read.queryOptions({ id }), enabled: !isNew, staleTime: 0 });
  if (isNew) return <FileForm key="new" file={null} />;
  if (file.data !== undefined)
    return <FileForm key={`${id} ${file.data.version}`} file={file.data} />;
  return (
    <Page title={id} description={<HrefAnchor href="/resources/files">Files</HrefAnchor>}>
      {file.isPending ? <Loading label="Loading the file" /> : <ErrorAlert error={file.error} />}
    </Page>
  );
};

const FileForm = ({ file }: { readonly file: FileView | null }) => {
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const uses = useUses("file", file?.id ?? null);
  const [name, setName] = useState(file?.name ?? "");
  const [text, setText] = useState(file?.text ?? "");
  const [removing, setRemoving] = useState(false);
  const isText = file === null || file.text !== null;
  const refresh = (): void => {
    void queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() });
    void queryClient.invalidateQueries({ queryKey: trpc.files.pathKey() });
  };
  const save = useMutation({
    mutationFn: () => {
      const id = file?.id ?? fileId(name);
      const content = isText ? { text } : { base64: file.base64 };
      return api.files.write
        .mutate({ id, name, ...content, version: file?.version ?? null })
        .then(() => id);
    },
    onSuccess: (id) => {
      announce("The file was saved in the draft.");
      refresh();
      if (file === null)
        void navigate({ to: "/resources/files/$id", params: { id }, replace: true });
    },
  });
  const remove = useMutation({
    mutationFn: () =>
      api.settings.remove.mutate({ kind: "file", id: file?.id ?? "", version: file?.version ?? 0 }),
    onSuccess: () => {
      refresh();
      void navigate({ to: "/resources/files" });
    },
  });
  const lines = text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
  const isStale = save.error !== null && readError(save.error).code === "CONFLICT";
  return (
    <Page
      title={file?.id ?? "New file"}
      description={<HrefAnchor href="/resources/files">Files</HrefAnchor>}
      actions={
        mayEdit &&
        file !== null && (
          <Button variant="default" color="red" onClick={() => setRemoving(true)}>
            Delete
          </Button>
        )
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack maw={900}>
          {isStale ? (
            <Alert variant="default" title="Somebody else has changed this file meanwhile">
              Copy what you need from below, then{" "}
              <Button size="compact-xs" variant="default" onClick={refresh}>
                load their version
              </Button>
            </Alert>
          ) : (
            <ErrorAlert error={save.error} />
          )}
          <TextInput
            label="Name"
            description="Scripts call it file://NAME. Letters, digits, dot, dash and underscore."
            required
            readOnly={!mayEdit}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {isText ? (
            <Textarea
              label="Content"
              description="One entry on each line; words are separated by blanks; lines that begin with // are comments."
              autosize
              minRows={12}
              maxRows={30}
              spellCheck={false}
              readOnly={!mayEdit}
              styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          ) : (
            <Text>{`This file is no text (${byteSize(file.size)}). Upload another to replace it.`}</Text>
          )}
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {isText && `${lines.toLocaleString()} ${lines === 1 ? "line" : "lines"}`}
              {name !== "" && (
                <>
                  {" · "}
                  <Mono>{`file://${name}`}</Mono>
                </>
              )}
            </Text>
            {mayEdit && (
              <Group gap="sm">
                <Text size="sm" c="dimmed">
                  Saved into the draft; publish to put it in force.
                </Text>
                <Button type="submit" loading={save.isPending}>
                  Save
                </Button>
              </Group>
            )}
          </Group>
        </Stack>
      </form>
      {file !== null && (
        <div style={{ maxWidth: 900 }}>
          <UsedBy uses={uses} nobody="No block and no script names this file by its id." />
        </div>
      )}
      <ConfirmDialog
        opened={removing}
        onClose={() => setRemoving(false)}
        title="Delete this file?"
        action="Delete the file"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
      >
        <Text size="sm">It goes from the draft. What is live keeps it until you publish.</Text>
      </ConfirmDialog>
    </Page>
  );
};
