/** The list of all objects of a kind in the draft, with its one next step when it is empty. */
import { Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type DraftRow, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { HrefAnchor } from "../../ui/links.tsx";
import { Page } from "../../ui/page.tsx";
import { SeverityIcon } from "../../ui/severity.tsx";
import { HrefButton } from "./href-button.tsx";
import { type FormKind, formKinds, newObject, objectPath } from "./object-kinds.ts";
import { StateBadge } from "./state-badge.tsx";

type Props = {
  readonly kind: FormKind;
  readonly description: string;
  /** Between the id and the state. */
  readonly columns: readonly Column<DraftRow>[];
  /** Why it is empty, and what will be here. */
  readonly empty: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
};

export const ObjectTable = ({ kind, description, columns, empty, actions, children }: Props) => {
  const router = useRouter();
  const { one, many } = formKinds[kind];
  const list = useQuery(trpc.settings.list.queryOptions({ kind }));
  const { data: problems } = useQuery(trpc.settings.problems.queryOptions());
  const mayEdit = useMay("edit");
  const make = mayEdit && (
    <HrefButton href={objectPath(kind, newObject)} leftSection={<IconPlus size={16} />}>
      {`New ${one}`}
    </HrefButton>
  );
  return (
    <Page
      title={many}
      description={description}
      fill
      actions={
        <>
          {actions}
          {make}
        </>
      }
    >
      <ErrorAlert error={list.error} />
      <DataTable
        label={many}
        rows={list.data ?? []}
        loading={list.isPending}
        rowKey={({ id }) => id}
        onOpen={({ id }) => router.history.push(objectPath(kind, id))}
        empty={
          !list.isError && (
            <EmptyState
              title={`No ${many.toLowerCase().replace(/^ldap/, "LDAP")} yet`}
              action={make}
            >
              {empty}
            </EmptyState>
          )
        }
        columns={[
          {
            id: "id",
            header: "Id",
            width: "minmax(190px, 1.4fr)",
            cell: ({ id, state }) =>
              state === "deleted" ? (
                <Text td="line-through" size="sm">
                  {id}
                </Text>
              ) : (
                <HrefAnchor href={objectPath(kind, id)} fw={600} size="sm">
                  {id}
                </HrefAnchor>
              ),
          },
          ...columns,
          {
            id: "state",
            header: "State",
            width: "100px",
            cell: ({ state }) => <StateBadge state={state} />,
          },
          {
            id: "problems",
            header: "Problems",
            width: "90px",
            cell: ({ id }) => {
              const own = (problems ?? []).filter(
                (each) => each.kind === kind && each.id === id && each.severity !== "advice",
              );
              const worst = own.find(({ severity }) => severity === "error") ?? own[0];
              if (worst === undefined)
                return (
                  <Text size="sm" c="dimmed">
                    none
                  </Text>
                );
              return (
                <span title={own.map(({ message }) => message).join("\n")}>
                  <SeverityIcon severity={worst.severity} /> {own.length}
                </span>
              );
            },
          },
        ]}
      />
      {children}
    </Page>
  );
};
