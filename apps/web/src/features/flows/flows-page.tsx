import { Button, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type RouterOutputs, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { LinkAnchor } from "../../ui/links.tsx";
import { Page } from "../../ui/page.tsx";
import { SeverityIcon } from "../../ui/severity.tsx";
import { StateBadge } from "../settings-objects/state-badge.tsx";
import { kindSummary, kindTitle, orderedKinds } from "./flow-kinds.ts";
import { FlowMenu } from "./flow-menu.tsx";
import { NewFlowDialog } from "./new-flow-dialog.tsx";

type FlowSummary = RouterOutputs["flows"]["list"][number];

export const FlowsPage = () => {
  const { data: flows } = useSuspenseQuery(trpc.flows.list.queryOptions());
  const [opened, { open, close }] = useDisclosure();
  const mayEdit = useMay("edit");
  return (
    <Page
      title="Flows"
      description="What Sluice does with each connection, sign-in, recipient, message and delivery."
      actions={
        mayEdit && (
          <Button leftSection={<IconPlus size={16} />} onClick={open}>
            New flow
          </Button>
        )
      }
    >
      {flows.length === 0 && (
        <EmptyState title="No flows" action={mayEdit && <Button onClick={open}>New flow</Button>}>
          Without a flow every recipient of your domains is accepted, and all their mail is
          delivered.
        </EmptyState>
      )}
      {orderedKinds.map((kind) => {
        const own = flows.filter((flow) => flow.kind === kind);
        if (own.length === 0) return null;
        return (
          <section key={kind} aria-labelledby={`kind-${kind}`}>
            <Stack gap={6}>
              <Group gap="xs" align="baseline">
                <Title order={2} id={`kind-${kind}`}>
                  {kindTitle(kind)}
                </Title>
                <Text size="sm" c="dimmed">
                  {kindSummary(kind)}
                </Text>
              </Group>
              <Paper withBorder bg="var(--surface)">
                <FlowTable flows={own} mayEdit={mayEdit} label={kindTitle(kind)} />
              </Paper>
            </Stack>
          </section>
        );
      })}
      {opened && <NewFlowDialog onClose={close} taken={new Set(flows.map(({ id }) => id))} />}
    </Page>
  );
};

type TableProps = {
  readonly flows: readonly FlowSummary[];
  readonly mayEdit: boolean;
  readonly label: string;
};

const FlowTable = ({ flows, mayEdit, label }: TableProps) => {
  const [error, setError] = useState<string | null>(null);
  return (
    <Table.ScrollContainer minWidth={330} pos="relative" type="native">
      {error !== null && (
        <Text role="alert" c="var(--severity-error)" p="xs" size="sm">
          {error}
        </Text>
      )}
      <Table
        verticalSpacing={6}
        horizontalSpacing="md"
        highlightOnHover
        aria-label={`Flows: ${label}`}
      >
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Title</Table.Th>
            <Table.Th scope="col" w={{ base: 90, sm: 120 }}>
              State
            </Table.Th>
            <Table.Th scope="col" w={120} visibleFrom="sm">
              Used by
            </Table.Th>
            <Table.Th scope="col" w={130} ta="end" visibleFrom="sm">
              Runs in 24 h
            </Table.Th>
            <Table.Th scope="col" w={{ base: 90, sm: 140 }}>
              Problems
            </Table.Th>
            <Table.Th w={48}>
              <span className="visually-hidden">Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {flows.map((flow) => (
            <Table.Tr key={flow.id}>
              <Table.Td>
                {flow.state === "deleted" ? (
                  <Text td="line-through">{flow.title}</Text>
                ) : (
                  <LinkAnchor to="/flows/$flow" params={{ flow: flow.id }} search={{}} fw={600}>
                    {flow.title}
                  </LinkAnchor>
                )}
                <Text size="xs" c="dimmed" ff="monospace">
                  {flow.id}
                </Text>
              </Table.Td>
              <Table.Td>
                <StateBadge state={flow.state} />
              </Table.Td>
              <Table.Td visibleFrom="sm">
                {flow.usedBy === 0 ? (
                  <Text size="sm" c="dimmed">
                    nothing
                  </Text>
                ) : (
                  count(flow.usedBy, "object")
                )}
              </Table.Td>
              <Table.Td ta="end" visibleFrom="sm">
                {flow.runs24h.toLocaleString()}
              </Table.Td>
              <Table.Td>
                <Problems {...flow.problems} />
              </Table.Td>
              <Table.Td>{mayEdit && <FlowMenu flow={flow} onError={setError} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
};

const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;

const Problems = ({ errors, warnings }: FlowSummary["problems"]) => {
  if (errors === 0 && warnings === 0)
    return (
      <Text size="sm" c="dimmed">
        none
      </Text>
    );
  return (
    <Group gap="sm" wrap="nowrap">
      {errors > 0 && (
        <Group gap={4} wrap="nowrap">
          <SeverityIcon severity="error" /> {errors}
        </Group>
      )}
      {warnings > 0 && (
        <Group gap={4} wrap="nowrap">
          <SeverityIcon severity="warning" /> {warnings}
        </Group>
      )}
    </Group>
  );
};
