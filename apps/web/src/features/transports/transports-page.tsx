import { Transport } from "@sluice/settings";
import type { DraftRow } from "../../api.ts";
import { Mono } from "../../ui/mono.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import { ObjectTable } from "../settings-objects/object-table.tsx";

const read = ({ body }: DraftRow): Transport | null => Transport.safeParse(body).data ?? null;

export const TransportsPage = () => (
  <ObjectTable
    kind="transport"
    description="How mail leaves: to which host, with which security, and how long is tried."
    empty="A transport says where mail goes. Give the mail server behind this gateway as host:port, or “lookup-mx” to send to the world."
    columns={[
      { id: "title", header: "Title", cell: (row) => read(row)?.title ?? "" },
      {
        id: "destination",
        header: "Destination",
        width: "minmax(160px, 2fr)",
        cell: (row) => <Mono>{read(row)?.destination ?? ""}</Mono>,
      },
      {
        id: "tls",
        header: "TLS",
        width: "130px",
        cell: (row) => read(row)?.tls.mode ?? "",
      },
      {
        id: "age",
        header: "Gives up after",
        width: "126px",
        cell: (row) => minutes(read(row)?.maximumAgeMinutes ?? 0),
      },
      {
        id: "paused",
        header: "Sending",
        width: "100px",
        cell: (row) =>
          read(row)?.paused === true ? (
            <OutcomePill tone="defer">Paused</OutcomePill>
          ) : (
            <OutcomePill tone="accept">On</OutcomePill>
          ),
      },
    ]}
  />
);

const minutes = (count: number): string => {
  if (count === 0) return "";
  if (count % 1440 === 0) return count === 1440 ? "1 day" : `${count / 1440} days`;
  if (count % 60 === 0) return count === 60 ? "1 hour" : `${count / 60} hours`;
  return `${count} minutes`;
};
