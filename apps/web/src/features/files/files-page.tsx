/** The file store: word lists, accounts, addresses. */
import { Button, FileButton, Text } from "@mantine/core";
import { StoredFile } from "@sluice/settings";
import { IconPlus, IconUpload } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, type DraftRow, queryClient, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Mono } from "../../ui/mono.tsx";
import { Page } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";
import { newObject } from "../settings-objects/object-kinds.ts";
import { StateBadge } from "../settings-objects/state-badge.tsx";
import { fileId } from "./file-id.ts";

const nameOf = ({ body }: DraftRow): string => StoredFile.safeParse(body).data?.name ?? "";

const columns: readonly Column<DraftRow>[] = [
  { id: "id", header: "Id", width: "minmax(120px, 1fr)", cell: ({ id }) => <Mono>{id}</Mono> },
  {
    id: "name",
    header: "In scripts",
    width: "minmax(160px, 1.5fr)",
    cell: (row) => <Mono>{`file://${nameOf(row)}`}</Mono>,
  },
  {
    id: "changed",
    header: "Changed",
    width: "130px",
    cell: ({ updatedAt }) => <Time at={updatedAt} form="relative" />,
  },
  { id: "by", header: "By", width: "120px", cell: ({ updatedBy }) => updatedBy },
  {
    id: "state",
    header: "State",
    width: "120px",
    cell: ({ state }) => <StateBadge state={state} />,
  },
];

/** Bytes as base64, in pieces a call can take. */
const toBase64 = async (file: File): Promise<string> => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768) {
    text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  }
  return btoa(text);
};

export const FilesPage = () => {
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const list = useQuery(trpc.settings.list.queryOptions({ kind: "file" }));
  const open = (id: string) => void navigate({ to: "/resources/files/$id", params: { id } });
  const upload = useMutation({
    mutationFn: async (file: File) => {
      const id = fileId(file.name);
      const known = list.data?.find((row) => row.id === id);
      await api.files.upload.mutate({
        id,
        name: file.name.replace(/[^A-Za-z0-9._-]+/g, "-"),
        base64: await toBase64(file),
        version: known?.version ?? null,
      });
      return id;
    },
    onSuccess: (id) => {
      void queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() });
      open(id);
    },
  });
  return (
    <Page
      title="Files"
      description="Text files that flows look things up in. A change is in the draft: publish to put it in force."
      fill
      actions={
        mayEdit && (
          <>
            <FileButton onChange={(file) => file !== null && upload.mutate(file)}>
              {(props) => (
                <Button
                  {...props}
                  variant="default"
                  leftSection={<IconUpload size={16} />}
                  loading={upload.isPending}
                >
                  Upload
                </Button>
              )}
            </FileButton>
            <Button leftSection={<IconPlus size={16} />} onClick={() => open(newObject)}>
              New file
            </Button>
          </>
        )
      }
    >
      <ErrorAlert error={list.error ?? upload.error} />
      <DataTable
        label="Files"
        columns={columns}
        rows={list.data ?? []}
        rowKey={({ id }) => id}
        loading={list.isPending}
        onOpen={({ id }) => open(id)}
        empty={
          list.isSuccess && (
            <EmptyState title="No files yet">
              <Text>
                A file holds one entry on each line: a user, an address, “name password”. Blocks
                such as “File look-up” search it; scripts call it file://NAME.
              </Text>
            </EmptyState>
          )
        }
      />
    </Page>
  );
};
