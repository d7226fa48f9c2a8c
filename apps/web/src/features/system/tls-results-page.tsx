/** How TLS to other servers came out, as RFC 8460 counts it: by day, domain and policy. */
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type RouterOutputs, trpc } from "../../api.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Mono } from "../../ui/mono.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import { Page } from "../../ui/page.tsx";
import { visibleText } from "../../ui/visible-text.ts";

type Row = RouterOutputs["system"]["tlsResults"][number];

const policies: Readonly<Record<string, string>> = {
  tlsa: "DANE",
  sts: "MTA-STS",
  "no-policy-found": "none",
};

const reportWords = { due: "Due", sent: "Sent", none: "Not wanted", failed: "Given up" } as const;

const failuresOf = ({ failures }: Row): string =>
  visibleText(
    failures
      .map(
        ({ host, result, count }) =>
          `${result}${host === "" ? "" : ` at ${host}`} (${count.toLocaleString()})`,
      )
      .join(", "),
  );

const columns: readonly Column<Row>[] = [
  { id: "day", header: "Day (UTC)", width: "110px", cell: ({ day }) => day },
  {
    id: "domain",
    header: "Domain",
    width: "minmax(150px, 1fr)",
    cell: ({ domain }) => <Mono>{visibleText(domain)}</Mono>,
  },
  {
    id: "policy",
    header: "Policy",
    width: "100px",
    cell: ({ policyType }) => policies[policyType] ?? policyType,
  },
  {
    id: "good",
    header: "With TLS",
    width: "100px",
    align: "end",
    cell: ({ successes }) => successes.toLocaleString(),
  },
  {
    id: "failed",
    header: "Failed",
    width: "90px",
    align: "end",
    cell: ({ failed }) =>
      failed === 0 ? "0" : <OutcomePill tone="reject">{failed.toLocaleString()}</OutcomePill>,
  },
  {
    id: "report",
    header: "Report",
    width: "110px",
    cell: ({ report }) =>
      report === null ? (
        ""
      ) : (
        <span title={visibleText(report.detail)}>{reportWords[report.state]}</span>
      ),
  },
  {
    id: "failures",
    header: "Failures",
    width: "minmax(220px, 3fr)",
    cell: (row) => <span title={failuresOf(row)}>{failuresOf(row)}</span>,
  },
];

export const TlsResultsPage = () => {
  const [days, setDays] = useState("7");
  const results = useQuery(trpc.system.tlsResults.queryOptions({ days: Number(days) }));
  return (
    <Page
      title="TLS to others"
      description="Connections to other servers, counted for the domain whose policy it was; what fails most comes first."
      fill
      actions={
        <SegmentedControl
          aria-label="Days"
          value={days}
          data={[
            { value: "1", label: "Today" },
            { value: "7", label: "7 days" },
            { value: "30", label: "30 days" },
          ]}
          onChange={setDays}
        />
      }
    >
      <ErrorAlert error={results.error} />
      <DataTable
        label="TLS to others"
        columns={columns}
        rows={results.data ?? []}
        rowKey={({ day, domain, policyType }) => `${day} ${domain} ${policyType}`}
        loading={results.isPending}
        hasMore={false}
        loadingMore={false}
        onMore={() => undefined}
        empty={
          results.isSuccess && (
            <EmptyState title="No connection yet">
              Once mail leaves for another server, this tells how TLS came out.
            </EmptyState>
          )
        }
      />
    </Page>
  );
};
