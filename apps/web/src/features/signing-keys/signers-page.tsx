import { Signer } from "@sluice/settings";
import type { DraftRow } from "../../api.ts";
import { Mono } from "../../ui/mono.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import { ObjectTable } from "../settings-objects/object-table.tsx";

const read = ({ body }: DraftRow): Signer | null => Signer.safeParse(body).data ?? null;

export const SignersPage = () => (
  <ObjectTable
    kind="signer"
    description="Domains that sign mail on its way out (DKIM, ARC), and rewrite senders of forwarded mail (SRS)."
    empty="With a signing key receivers know that mail of your domain is yours. Make one for each domain you send from, publish its record in DNS, and sign with the block “DKIM sign”."
    columns={[
      {
        id: "domain",
        header: "Domain",
        width: "minmax(140px, 1.4fr)",
        cell: (row) => <Mono>{read(row)?.domain ?? ""}</Mono>,
      },
      { id: "title", header: "Title", cell: (row) => read(row)?.title ?? "" },
      {
        id: "keys",
        header: "Keys",
        width: "minmax(150px, 1.4fr)",
        cell: (row) => {
          const keys = Object.values(read(row)?.keys ?? {});
          const active = keys.filter(({ use }) => use === "active").length;
          if (active === 0) return <OutcomePill tone="else">None active</OutcomePill>;
          return (
            <OutcomePill tone="accept">
              {active === keys.length ? `${active} active` : `${active} of ${keys.length} active`}
            </OutcomePill>
          );
        },
      },
      {
        id: "rewriting",
        header: "Rewrites senders",
        width: "130px",
        cell: (row) => (read(row)?.srsKey === undefined ? "No" : "Yes"),
      },
    ]}
  />
);
