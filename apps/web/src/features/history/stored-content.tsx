/** The message itself: header fields with the way it took, or its text and what is attached. Only ever shown as text. */
import { Alert, Code, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type RouterOutputs, trpc } from "../../api.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Mono } from "../../ui/mono.tsx";
import { byteSize } from "../../ui/size.ts";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { hopsOf } from "./hops.ts";
import "./stored-content.css";

export type MessagePreview = NonNullable<RouterOutputs["history"]["content"]>;

type Props = { readonly messageId: string; readonly part: "headers" | "content" };

/** Reading it is written into the audit trail: it is asked for when somebody opens it. */
export const StoredContent = ({ messageId, part }: Props) => {
  const { data, error } = useQuery({
    ...trpc.history.content.queryOptions({ id: messageId }),
    staleTime: Number.POSITIVE_INFINITY, // a stored message does not change
  });
  if (error !== null) return <ErrorAlert error={error} />;
  if (data === undefined) return <Loading label="Loading the message" />;
  if (data === null) {
    return (
      <Text size="sm" c="dimmed">
        The message itself is kept only while it waits in a queue or lies in quarantine. This one is
        not stored any more, or it was refused before it was taken.
      </Text>
    );
  }
  return (
    <Stack gap="md">
      {part === "headers" ? <HeaderFields preview={data} /> : <MessageText preview={data} />}
    </Stack>
  );
};

export const HeaderFields = ({ preview }: { readonly preview: MessagePreview }) => {
  const { headers } = preview;
  const hops = hopsOf(headers);
  return (
    <>
      {hops.length > 0 && (
        <section aria-label="The way it took">
          <Table.ScrollContainer minWidth={360}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">From</Table.Th>
                  <Table.Th scope="col">By</Table.Th>
                  <Table.Th scope="col">With</Table.Th>
                  <Table.Th scope="col">Time</Table.Th>
                  <Table.Th scope="col" ta="end">
                    After
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {hops.map(({ from, by, with: protocol, at, delay }, index) => (
                  <Table.Tr key={`${index} ${from}`}>
                    <Table.Td className="any-break">{visibleText(from ?? "not said")}</Table.Td>
                    <Table.Td className="any-break">{visibleText(by ?? "not said")}</Table.Td>
                    <Table.Td>{visibleText(protocol ?? "")}</Table.Td>
                    <Table.Td>{at !== null && <Time at={at.toISOString()} />}</Table.Td>
                    <Table.Td ta="end">{delay === null ? "" : `${delay} s`}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </section>
      )}
      <dl className="header-fields" aria-label="Header fields">
        {headers.map(({ name, value }, index) => (
          <div key={`${index} ${name}`} data-result={isVerdict(name) || undefined}>
            <dt>{visibleText(name)}</dt>
            <dd>
              <Mono>{visibleText(value.replace(/\r?\n[ \t]+/g, " ").replace(/\t/g, " "))}</Mono>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
};

/** What somebody found out about the message stands out among what its sender wrote. */
const isVerdict = (name: string): boolean =>
  /^(authentication-results|received-spf|arc-authentication-results|x-spam-.*)$/i.test(name);

export const MessageText = ({ preview }: { readonly preview: MessagePreview }) => {
  const { attachments, text, truncated, unreadable } = preview;
  return (
    <>
      {unreadable !== null && (
        <Alert color="yellow" p="xs" title="The message could not be taken apart">
          {unreadable} Its source is shown.
        </Alert>
      )}
      {attachments.length > 0 && (
        <ul className="attachments" aria-label="Attachments">
          {attachments.map(({ fileName, mediaType, size }, index) => (
            <li key={`${fileName} ${index}`}>
              <Text size="sm" component="span" className="any-break">
                {`${visibleText(fileName || "without a name")} · ${visibleText(mediaType)} · ${byteSize(size)}`}
              </Text>
            </li>
          ))}
        </ul>
      )}
      <Code block className="message-text">
        {text === "" ? "No text." : text}
      </Code>
      {truncated && (
        <Text size="xs" c="dimmed">
          Only the beginning is shown. Download the message to see all of it.
        </Text>
      )}
    </>
  );
};
