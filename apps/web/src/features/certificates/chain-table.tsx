/** What each certificate of a chain says of itself. */
import { Paper, Stack, Table, Text } from "@mantine/core";
import type { RouterOutputs } from "../../api.ts";
import { Mono } from "../../ui/mono.tsx";
import { Time } from "../../ui/time.tsx";
import { Expiry } from "./expiry.tsx";

export type CertificateFacts = RouterOutputs["certificates"]["check"]["chain"][number];

export const ChainTable = ({ chain }: { readonly chain: readonly CertificateFacts[] }) => (
  <Stack gap="sm">
    {chain.map((facts, index) => (
      <Facts
        key={facts.sha256}
        facts={facts}
        title={index === 0 ? "The certificate" : `Its issuer, ${index} of ${chain.length - 1}`}
      />
    ))}
  </Stack>
);

type Props = { readonly facts: CertificateFacts; readonly title: string };

const Facts = ({ facts, title }: Props) => {
  const { names, subject, issuer, selfSigned, validFrom, validTo, keyType, sha256, serial } = facts;
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    ["Names", names.length === 0 ? "none" : <Mono key="names">{names.join(", ")}</Mono>],
    ["Subject", subject === "" ? "none" : subject],
    ["Issuer", selfSigned ? "signed by itself" : issuer],
    ["Valid from", <Time key="from" at={validFrom} />],
    [
      "Valid until",
      <span key="until">
        <Time at={validTo} /> <Expiry validTo={validTo} />
      </span>,
    ],
    ["Key", keyType],
    ["Serial number", <Mono key="serial">{serial}</Mono>],
    ["SHA-256", <Mono key="sha">{sha256.match(/../g)?.join(":") ?? ""}</Mono>],
  ];
  return (
    <Paper withBorder p="sm">
      <Text size="sm" fw={600} mb={4}>
        {title}
      </Text>
      <Table aria-label={title} verticalSpacing={4}>
        <Table.Tbody>
          {rows.map(([label, value]) => (
            <Table.Tr key={label}>
              <Table.Th scope="row" w={120} style={{ verticalAlign: "top" }}>
                {label}
              </Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
};
