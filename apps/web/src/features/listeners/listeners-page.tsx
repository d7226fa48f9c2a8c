import { Text } from "@mantine/core";
import { Listener } from "@sluice/settings";
import { useQuery } from "@tanstack/react-query";
import { type DraftRow, trpc } from "../../api.ts";
import { Mono } from "../../ui/mono.tsx";
import { ObjectTable } from "../settings-objects/object-table.tsx";
import { ListenerState } from "./listener-state.tsx";

const read = ({ body }: DraftRow): Listener | null => Listener.safeParse(body).data ?? null;

const tlsWords = {
  off: "off",
  optional: "optional",
  required: "required",
  implicit: "implicit",
} as const;

export const ListenersPage = () => {
  const { data: status } = useQuery({
    ...trpc.listeners.status.queryOptions(),
    refetchInterval: 10_000,
  });
  return (
    <ObjectTable
      kind="listener"
      description="Where clients connect: address, port, TLS, limits, and the flows of connection and sign-in."
      empty="A listener is an open port where mail comes in. Without one, nothing can be received. Begin with port 25, or 2525 where 25 is not allowed."
      columns={[
        {
          id: "title",
          header: "Title",
          cell: (row) => read(row)?.title ?? "",
        },
        {
          id: "address",
          header: "Address and port",
          width: "minmax(140px, 1fr)",
          cell: (row) => {
            const listener = read(row);
            return listener === null ? "" : <Mono>{`${listener.address}:${listener.port}`}</Mono>;
          },
        },
        {
          id: "tls",
          header: "TLS",
          width: "90px",
          cell: (row) => {
            const listener = read(row);
            return listener === null ? "" : tlsWords[listener.tls.mode];
          },
        },
        {
          id: "direct",
          header: "Answer after DATA",
          width: "160px",
          cell: (row) =>
            read(row)?.directProcessing === true ? "after the content flow" : "at once, scan later",
        },
        {
          id: "listening",
          header: "Now",
          width: "minmax(130px, 1fr)",
          cell: (row) =>
            read(row)?.enabled === false ? (
              <Text c="dimmed" size="sm">
                disabled
              </Text>
            ) : (
              <ListenerState id={row.id} status={status} />
            ),
        },
      ]}
    />
  );
};
