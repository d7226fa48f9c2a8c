import { Directory } from "@sluice/settings";
import type { DraftRow } from "../../api.ts";
import { Mono } from "../../ui/mono.tsx";
import { ObjectTable } from "../settings-objects/object-table.tsx";

const read = ({ body }: DraftRow): Directory | null => Directory.safeParse(body).data ?? null;

export const DirectoriesPage = () => (
  <ObjectTable
    kind="directory"
    description="Directories that flows ask about recipients and passwords."
    empty="An LDAP profile names a directory server and the question it is asked. Blocks such as “LDAP recipient” choose one."
    columns={[
      { id: "title", header: "Title", cell: (row) => read(row)?.title ?? "" },
      {
        id: "servers",
        header: "Servers",
        width: "minmax(160px, 2fr)",
        cell: (row) => <Mono>{read(row)?.servers.join(", ") ?? ""}</Mono>,
      },
      { id: "tls", header: "TLS", width: "110px", cell: (row) => read(row)?.tls ?? "" },
      {
        id: "query",
        header: "Query",
        width: "minmax(140px, 2fr)",
        cell: (row) => <Mono>{read(row)?.query ?? ""}</Mono>,
      },
    ]}
  />
);
