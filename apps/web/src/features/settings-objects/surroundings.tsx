/** What settings forms offer to choose from: the objects of the draft, and a link to each. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { type ReferenceKind, referenceKinds } from "@sluice/flow-schema";
import { IconExternalLink } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { type DraftRow, trpc } from "../../api.ts";
import { objectLink } from "../../shell/object-links.ts";
import {
  type FormSurroundings,
  FormSurroundingsContext,
  type ReferenceOption,
} from "../../ui/form/form-surroundings.ts";
import { valueAt } from "../../ui/form/value-path.ts";

type Props = { readonly readOnly: boolean; readonly children: ReactNode };

export const SettingsSurroundings = ({ readOnly, children }: Props) => {
  const { lists, isLoading } = useQueries({
    queries: referenceKinds.map((kind) => trpc.settings.list.queryOptions({ kind })),
    combine: (results) => ({
      lists: results.map(({ data }) => data ?? []),
      isLoading: results.some(({ isPending }) => isPending),
    }),
  });
  const value = useMemo(
    (): FormSurroundings => ({
      references: (kind) => lists[referenceKinds.indexOf(kind)]?.flatMap(option) ?? [],
      isLoading,
      openReference: (kind, id) => <OpenObject kind={kind} id={id} />,
      variables: [],
      ScriptInput: null,
      readOnly,
    }),
    [lists, isLoading, readOnly],
  );
  return <FormSurroundingsContext value={value}>{children}</FormSurroundingsContext>;
};

const option = ({ id, body, version }: DraftRow): readonly ReferenceOption[] =>
  version === 0 ? [] : [{ id, title: titleOf(body) }];

export const titleOf = (body: unknown): string => {
  const title = valueAt(body, ["title"]) ?? valueAt(body, ["name"]);
  return typeof title === "string" ? title : "";
};

const OpenObject = ({ kind, id }: { readonly kind: ReferenceKind; readonly id: string }) => {
  const router = useRouter();
  const href = objectLink(kind, { id });
  if (href === null) return null;
  return (
    <Tooltip label={`Open ${id}`}>
      <ActionIcon
        component="a"
        href={href}
        aria-label={`Open ${id}`}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          router.history.push(href);
        }}
      >
        <IconExternalLink size={18} />
      </ActionIcon>
    </Tooltip>
  );
};
