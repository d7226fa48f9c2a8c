import { Button, Text } from "@mantine/core";
import { domainToUnicode } from "@sluice/mail-syntax";
import { Domain } from "@sluice/settings";
import { useState } from "react";
import type { DraftRow } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { HrefButton } from "../settings-objects/href-button.tsx";
import { ObjectTable } from "../settings-objects/object-table.tsx";
import { BulkAddDialog } from "./bulk-add-dialog.tsx";
import { WhichFlowPanel } from "./which-flow-panel.tsx";

const read = ({ body }: DraftRow): Domain | null => Domain.safeParse(body).data ?? null;

const named = (id: string | undefined, otherwise: string) =>
  id ?? (
    <Text c="dimmed" size="sm">
      {otherwise}
    </Text>
  );

export const DomainsPage = () => {
  const mayEdit = useMay("edit");
  const [opened, setOpened] = useState<"bulk" | "which" | null>(null);
  const close = (): void => setOpened(null);
  return (
    <ObjectTable
      kind="domain"
      description="The domains mail is taken for, with their aliases, flows and transport. Mail for any other is refused."
      empty="Without a domain nothing is accepted from outside, so nothing can be relayed by mistake. Add the first one and say where its mail goes."
      columns={[
        {
          id: "name",
          header: "Domain",
          width: "minmax(150px, 1.5fr)",
          cell: (row) => {
            const name = domainToUnicode(read(row)?.name ?? row.id);
            return read(row)?.enabled === false ? `${name} (disabled)` : name;
          },
        },
        {
          id: "aliases",
          header: "Aliases",
          cell: (row) => read(row)?.aliases.map(domainToUnicode).join(", ") ?? "",
        },
        { id: "listener", header: "Listener", cell: (row) => named(read(row)?.listener, "every") },
        {
          id: "recipient",
          header: "Recipient flow",
          width: "minmax(120px, 1fr)",
          cell: (row) => named(read(row)?.recipientFlow, "all users"),
        },
        {
          id: "content",
          header: "Content flow",
          width: "minmax(120px, 1fr)",
          cell: (row) => named(read(row)?.contentFlow, "deliver"),
        },
        {
          id: "transport",
          header: "Transport",
          cell: (row) => named(read(row)?.transport, "none"),
        },
      ]}
      actions={
        <>
          <HrefButton variant="default" href="/routing/map">
            Assignment map
          </HrefButton>
          <Button variant="default" onClick={() => setOpened("which")}>
            Which flow runs?
          </Button>
          {mayEdit && (
            <Button variant="default" onClick={() => setOpened("bulk")}>
              Add many
            </Button>
          )}
        </>
      }
    >
      {opened === "bulk" && <BulkAddDialog onClose={close} />}
      {opened === "which" && <WhichFlowPanel onClose={close} />}
    </ObjectTable>
  );
};
