import { Certificate } from "@sluice/settings";
import { useQuery } from "@tanstack/react-query";
import { type DraftRow, trpc } from "../../api.ts";
import { Mono } from "../../ui/mono.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import { ObjectTable } from "../settings-objects/object-table.tsx";
import { Expiry } from "./expiry.tsx";

const read = ({ body }: DraftRow): Certificate | null => Certificate.safeParse(body).data ?? null;

export const CertificatesPage = () => {
  const { data } = useQuery({ ...trpc.certificates.summaries.queryOptions(), staleTime: 0 });
  const summaryOf = (row: DraftRow) => data?.find(({ id }) => id === row.id);
  return (
    <ObjectTable
      kind="certificate"
      description="Certificates with their keys for listeners, and pinned ones of other servers."
      empty="A certificate lets a listener speak TLS. Paste one with its chain and key, request one from an authority, or make one for tests."
      columns={[
        { id: "title", header: "Title", cell: (row) => read(row)?.title ?? "" },
        {
          id: "names",
          header: "Names",
          width: "minmax(160px, 1.6fr)",
          cell: (row) => {
            const names = summaryOf(row)?.names.join(", ") ?? "";
            return (
              <span title={names}>
                <Mono>{names}</Mono>
              </span>
            );
          },
        },
        {
          id: "expiry",
          header: "Valid",
          width: "150px",
          cell: (row) => {
            const validTo = summaryOf(row)?.validTo ?? null;
            if (validTo !== null) return <Expiry validTo={validTo} />;
            return read(row)?.request === undefined ? (
              ""
            ) : (
              <OutcomePill tone="defer">Requested</OutcomePill>
            );
          },
        },
        {
          id: "key",
          header: "Private key",
          width: "140px",
          cell: (row) =>
            read(row)?.privateKey === undefined ? (
              <OutcomePill tone="else">None: pinned</OutcomePill>
            ) : (
              <OutcomePill tone="accept">With key</OutcomePill>
            ),
        },
      ]}
    />
  );
};
