/** Filters of a list that one has named: opened, kept and deleted in one menu. Each user has their own. */
import { ActionIcon, Button, Divider, Group, Popover, Stack, Text, TextInput } from "@mantine/core";
import { IconBookmark, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { api, queryClient, type RouterInputs, trpc } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { HrefAnchor } from "../../ui/links.tsx";

/** Path and query as a browser writes them, in ASCII. */
const placeOf = ({ pathname, searchStr }: { pathname: string; searchStr: string }): string => {
  const url = new URL(pathname + searchStr, window.location.origin);
  return url.pathname + url.search;
};

type Props = {
  readonly page: RouterInputs["views"]["list"]["page"];
  /** Something is filtered, so there is something to keep. */
  readonly isFiltered: boolean;
};

export const SavedViews = ({ page, isFiltered }: Props) => {
  const here = useRouterState({ select: ({ location }) => placeOf(location) });
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const views = useQuery(trpc.views.list.queryOptions({ page }));
  const refresh = (): Promise<void> =>
    queryClient.invalidateQueries({ queryKey: trpc.views.list.queryKey({ page }) });
  const save = useMutation({
    mutationFn: () => api.views.save.mutate({ page, name: name.trim(), place: here }),
    onSuccess: async () => {
      announce(`The view ${name.trim()} is kept.`);
      setName("");
      await refresh();
    },
  });
  const remove = useMutation({
    mutationFn: (gone: string) => api.views.remove.mutate({ page, name: gone }),
    onSuccess: refresh,
  });
  const rows = views.data ?? [];
  const isKnown = rows.some((view) => view.name === name.trim());
  return (
    <Popover
      width={320}
      position="bottom-end"
      shadow="md"
      opened={isOpen}
      onChange={setOpen}
      trapFocus
    >
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconBookmark size={16} />}
          onClick={() => setOpen((open) => !open)}
        >
          Views
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <ErrorAlert error={views.error ?? save.error ?? remove.error} />
          {rows.length === 0 && views.isSuccess && (
            <Text size="sm" c="dimmed">
              No saved views yet. Filter the list, then keep the filter here under a name.
            </Text>
          )}
          {rows.map((view) => (
            <Group key={view.name} justify="space-between" wrap="nowrap" gap="xs">
              <HrefAnchor
                href={view.place}
                size="sm"
                fw={view.place === here ? 600 : 400}
                style={{ overflowWrap: "anywhere" }}
                onFollow={() => setOpen(false)}
              >
                {view.name}
              </HrefAnchor>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Delete the view ${view.name}`}
                loading={remove.isPending && remove.variables === view.name}
                onClick={() => remove.mutate(view.name)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
          ))}
          {isFiltered && (
            <>
              {rows.length > 0 && <Divider />}
              <form
                onSubmit={(event) => {
                  event.preventDefault();
                  if (name.trim() !== "") save.mutate();
                }}
              >
                <Group gap="xs" wrap="nowrap" align="flex-end">
                  <TextInput
                    style={{ flex: 1, minWidth: 0 }}
                    label="Keep this filter as"
                    placeholder="Deferred at example.org"
                    maxLength={60}
                    value={name}
                    onChange={(event) => setName(event.currentTarget.value)}
                  />
                  <Button
                    type="submit"
                    variant="default"
                    disabled={name.trim() === ""}
                    loading={save.isPending}
                  >
                    {isKnown ? "Replace" : "Keep"}
                  </Button>
                </Group>
              </form>
            </>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
};
