import { Quarantine } from "@sluice/settings";
import type { DraftRow } from "../../api.ts";
import { ObjectTable } from "../settings-objects/object-table.tsx";

const read = ({ body }: DraftRow): Quarantine | null => Quarantine.safeParse(body).data ?? null;

export const QuarantinesPage = () => (
  <ObjectTable
    kind="quarantine"
    description="Folders for held mail. A Quarantine block chooses one."
    empty="A folder keeps held mail for some days."
    columns={[
      { id: "title", header: "Title", cell: (row) => read(row)?.title ?? "" },
      {
        id: "days",
        header: "Keeps for",
        width: "110px",
        cell: (row) => {
          const days = read(row)?.retentionDays ?? 0;
          return days === 1 ? "1 day" : `${days} days`;
        },
      },
    ]}
  />
);
