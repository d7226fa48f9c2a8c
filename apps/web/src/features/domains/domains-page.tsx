import { Text } from "@mantine/core";
import { Domain } from "@sluice/settings";
import type { DraftRow } from "../../api.ts";
import { ObjectTable } from "../settings-objects/object-table.tsx";

const read = ({ body }: DraftRow): Domain | null => Domain.safeParse(body).data ?? null;

const named = (id: string | undefined, otherwise: string) =>
  id ?? (
    <Text c="dimmed" size="sm">
      {otherwise}
    </Text>
  );

export const DomainsPage = () => (
  <ObjectTable
    kind="domain"
    description="The domains mail is taken for, with their aliases, flows and transport. Mail for any other is refused."
    empty="Without a domain nothing is accepted from outside, so nothing can be relayed by mistake. Add the first one and say where its mail goes."
    columns={[
      {
        id: "name",
        header: "Domain",
        width: "minmax(130px, 1.2fr)",
        cell: (row) => {
          const name = read(row)?.name ?? row.id;
          return read(row)?.enabled === false ? `${name} (disabled)` : name;
        },
      },
      {
        id: "aliases",
        header: "Aliases",
        cell: (row) => read(row)?.aliases.join(", ") ?? "",
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
      { id: "transport", header: "Transport", cell: (row) => named(read(row)?.transport, "none") },
    ]}
  />
);
