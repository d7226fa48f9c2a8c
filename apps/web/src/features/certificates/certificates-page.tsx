import { Certificate } from "@sluice/settings";
import type { DraftRow } from "../../api.ts";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import { ObjectTable } from "../settings-objects/object-table.tsx";

const read = ({ body }: DraftRow): Certificate | null => Certificate.safeParse(body).data ?? null;

export const CertificatesPage = () => (
  <ObjectTable
    kind="certificate"
    description="Certificates with their keys for listeners, and pinned ones of other servers."
    empty="A certificate lets a listener speak TLS. Paste it with its chain, and give it its private key."
    columns={[
      { id: "title", header: "Title", cell: (row) => read(row)?.title ?? "" },
      {
        id: "key",
        header: "Private key",
        width: "150px",
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
