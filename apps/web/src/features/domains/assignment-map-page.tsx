/** Listeners by domains: who takes mail where, which flows run, and where each of them is set. */
import {
  Alert,
  Fieldset,
  Group,
  SegmentedControl,
  Stack,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { flowKindDefinitions, flowKinds } from "@sluice/flow-schema";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type RouterOutputs, trpc } from "../../api.ts";
import { objectLink } from "../../shell/object-links.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { HrefAnchor } from "../../ui/links.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { HrefButton } from "../settings-objects/href-button.tsx";
import { WhichFlow } from "./which-flow.tsx";

type AssignmentMap = RouterOutputs["domains"]["map"];
type Cell = AssignmentMap["columns"][number]["cells"][number];
type FlowInForce = Cell["flows"]["content"];

export const AssignmentMapPage = () => {
  const [of, setOf] = useState<"live" | "draft">("live");
  const [filter, setFilter] = useState("");
  const [asked] = useDebouncedValue(filter, 250);
  const map = useQuery({
    ...trpc.domains.map.queryOptions({ of, filter: asked.trim() }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Assignment map"
      description="Which flows are in force for mail that comes in at a listener for a domain. The most specific match counts: the listener before “any”, then the domain before “any”; an alias takes everything from its domain."
    >
      <Fieldset legend="Which flow runs?">
        <WhichFlow />
      </Fieldset>
      <Group align="flex-end">
        <SegmentedControl
          aria-label="Which settings"
          value={of}
          onChange={(value) => setOf(value === "draft" ? "draft" : "live")}
          data={[
            { value: "live", label: "Live" },
            { value: "draft", label: "Draft" },
          ]}
        />
        <TextInput
          label="Domains whose name holds"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      </Group>
      <ErrorAlert error={map.error} />
      {map.isPending && <Loading label="Loading the map" />}
      {map.data !== undefined && <MapTable map={map.data} isFiltered={asked.trim() !== ""} />}
    </Page>
  );
};

const MapTable = ({
  map: { listeners, columns, more },
  isFiltered,
}: {
  readonly map: AssignmentMap;
  readonly isFiltered: boolean;
}) => {
  if (columns.length === 0) {
    return (
      <EmptyState
        title={isFiltered ? "No domain has such a name" : "No domains yet"}
        action={!isFiltered && <HrefButton href="/routing/domains">Open the domains</HrefButton>}
      >
        {isFiltered
          ? "Take the filter away to see all of them."
          : "Without a domain nothing is accepted from outside."}
      </EmptyState>
    );
  }
  return (
    <Stack gap="xs">
      {more > 0 && (
        <Alert color="gray" variant="light">
          {`${more} more domains are not shown: filter for their names.`}
        </Alert>
      )}
      <Table.ScrollContainer minWidth={200 + 260 * columns.length}>
        <Table
          aria-label="Listeners by domains"
          layout="fixed"
          style={{ overflowWrap: "anywhere" }}
          withTableBorder
          withColumnBorders
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Listener</Table.Th>
              {columns.map(({ name }) => (
                <Table.Th key={name} scope="col">
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {listeners.map(({ id, address, port, enabled }, row) => (
              <Table.Tr key={id} style={{ verticalAlign: "top" }}>
                <Table.Th scope="row">
                  <HrefAnchor href={objectLink("listener", { id }) ?? "/"}>{id}</HrefAnchor>
                  <Text size="xs" c="dimmed">
                    {`${address} port ${port}${enabled ? "" : ", disabled"}`}
                  </Text>
                </Table.Th>
                {columns.map(({ name, cells }) => (
                  <Table.Td key={name}>
                    {cells[row] !== undefined && <CellWords cell={cells[row]} />}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
};

const CellWords = ({ cell }: { readonly cell: Cell }) => {
  const { domain, why, flows, transport } = cell;
  if (domain === null) {
    return (
      <Text size="sm" c="dimmed">
        Refused: no domain matches
      </Text>
    );
  }
  return (
    <Stack gap={2}>
      <Text size="sm">
        <Linked kind="domain" id={domain} />
        {why !== null && domain !== why && <Text span size="xs" c="dimmed">{` ${why}`}</Text>}
      </Text>
      {flowKinds.map((kind) => (
        <Text key={kind} size="xs">
          {`${flowKindDefinitions[kind].title}: `}
          <FlowWords flow={flows[kind]} />
        </Text>
      ))}
      <Text size="xs">
        Transport: <Linked kind="transport" id={transport} />
      </Text>
    </Stack>
  );
};

const places: Readonly<Record<FlowInForce["from"], string>> = {
  listener: "set at the listener",
  domain: "set here",
  "every-listener": "inherited: set for every listener",
  "other-listener": "inherited from another listener",
  any: "inherited from “any”",
  alias: "inherited by alias",
  transport: "set at the transport",
};

const FlowWords = ({ flow: { id, from } }: { readonly flow: FlowInForce }) => (
  <>
    <Linked kind="flow" id={id} />
    {id !== null && <Text span size="xs" c="dimmed">{` (${places[from]})`}</Text>}
  </>
);

const Linked = ({
  kind,
  id,
}: {
  readonly kind: "domain" | "flow" | "transport";
  readonly id: string | null;
}) => {
  if (id === null) return <>none</>;
  return (
    <HrefAnchor href={objectLink(kind, { id }) ?? "/"} size="xs" underline="always">
      {id}
    </HrefAnchor>
  );
};
