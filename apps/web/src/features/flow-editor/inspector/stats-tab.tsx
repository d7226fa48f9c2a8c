import { SegmentedControl, Stack, Table, Text } from "@mantine/core";
import type { FlowNode } from "@sluice/flow-schema";
import { useQuery } from "@tanstack/react-query";
import { use, useState } from "react";
import { trpc } from "../../../api.ts";
import { ErrorAlert } from "../../../ui/error-alert.tsx";
import { LinkAnchor } from "../../../ui/links.tsx";
import { Loading } from "../../../ui/loading.tsx";
import { duration } from "../../../ui/time.tsx";
import { faceOf } from "../editor-context.tsx";
import { FlowIdContext } from "../flow-id.ts";

type Props = { readonly id: string; readonly node: FlowNode };
type Span = "1h" | "24h" | "7d";

/** How often the live flow came to this block, where it went on, and how long that took. */
export const StatsTab = ({ id, node }: Props) => {
  const flow = use(FlowIdContext);
  const [span, setSpan] = useState<Span>("24h");
  const { data, error } = useQuery({
    ...trpc.flows.activity.queryOptions({ flow, span }),
    refetchInterval: 15_000,
  });
  const rows = data?.filter((row) => row.node === id) ?? [];
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const { outcomes } = faceOf(node);
  const wordsOf = (outcome: string | null): string =>
    outcome === null
      ? "ended here"
      : (outcomes.find((each) => each.id === outcome)?.words ?? outcome);
  return (
    <Stack gap="sm">
      <SegmentedControl
        size="xs"
        aria-label="Span of time"
        value={span}
        data={[
          { value: "1h", label: "1 hour" },
          { value: "24h", label: "24 hours" },
          { value: "7d", label: "7 days" },
        ]}
        onChange={(value) => setSpan(value as Span)} // one of the three
      />
      <ErrorAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && total === 0 && (
        <Text size="sm" c="dimmed">
          No run of the live flow came to this block in this time.
        </Text>
      )}
      {total > 0 && (
        <>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Outcome</Table.Th>
                <Table.Th scope="col" ta="end">
                  Runs
                </Table.Th>
                <Table.Th scope="col" ta="end">
                  Took
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ outcome, count, averageMicroseconds }) => (
                <Table.Tr key={outcome ?? ""}>
                  <Table.Td>{wordsOf(outcome)}</Table.Td>
                  <Table.Td ta="end">
                    {`${count.toLocaleString()} (${Math.round((count / total) * 100)} %)`}
                  </Table.Td>
                  <Table.Td ta="end">{duration(averageMicroseconds)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <LinkAnchor
            to="/mail/history"
            search={{ q: `flow:${flow} block:${id} after:${span}` }}
            size="sm"
          >
            What this block decided, in History
          </LinkAnchor>
        </>
      )}
    </Stack>
  );
};
