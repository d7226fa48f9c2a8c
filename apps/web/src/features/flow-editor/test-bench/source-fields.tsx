import {
  Button,
  FileButton,
  Group,
  SegmentedControl,
  Select,
  SimpleGrid,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import type { FlowKind } from "@sluice/flow-schema";
import { IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type RouterOutputs, trpc } from "../../../api.ts";
import { mailOutcomes } from "../../../ui/mail-outcome.tsx";
import { senderWords } from "../../../ui/sender-words.ts";
import { visibleText } from "../../../ui/visible-text.ts";
import type { BenchFacts, BenchInput } from "./bench-input.ts";

type Props = {
  readonly kind: FlowKind;
  readonly input: BenchInput;
  readonly onChange: (input: BenchInput) => void;
};

type Row = RouterOutputs["history"]["list"]["rows"][number];

const words: Readonly<Record<keyof BenchFacts, string>> = {
  senderip: "Client address",
  senderhelo: "HELO name",
  sender: "Sender",
  recipient: "Recipient",
  saslusername: "Signed in as",
};

const defaults: BenchFacts = {
  senderip: "192.0.2.1",
  senderhelo: "client.example.org",
  sender: "sender@example.org",
  recipient: "recipient@example.com",
  saslusername: "nobody",
};

/** Which message, and what shall differ from it. */
export const SourceFields = ({ kind, input, onChange }: Props) => {
  const names = (Object.keys(words) as (keyof BenchFacts)[]).filter(
    (name) => kind !== "ip-policy" || name === "senderip",
  );
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Where the message comes from"
        value={input.source}
        data={[
          { value: "history", label: "From history" },
          { value: "given", label: "Paste or file" },
          { value: "made-up", label: "Made up" },
        ]}
        onChange={(source) => onChange({ ...input, source: source as BenchInput["source"] })}
      />
      {input.source === "history" && (
        <MessagePicker
          value={input.messageId}
          onChange={(messageId) => onChange({ ...input, messageId })}
        />
      )}
      {input.source === "given" && (
        <>
          <Textarea
            aria-label="The message, header and all"
            placeholder={"Subject: Hello\n\nText"}
            minRows={3}
            maxRows={5}
            autosize
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            value={input.text}
            onChange={(event) => onChange({ ...input, text: event.currentTarget.value })}
          />
          <Group>
            <FileButton
              accept=".eml,message/rfc822,text/plain"
              onChange={(file) => {
                void file?.text().then((text) => onChange({ ...input, text }));
              }}
            >
              {(props) => (
                <Button
                  {...props}
                  size="compact-xs"
                  variant="default"
                  leftSection={<IconUpload size={13} />}
                >
                  Take an .eml file
                </Button>
              )}
            </FileButton>
          </Group>
        </>
      )}
      <SimpleGrid cols={2} spacing="xs" verticalSpacing={4}>
        {names.map((name) => (
          <TextInput
            key={name}
            size="xs"
            label={words[name]}
            placeholder={input.source === "history" ? "as in the message" : defaults[name]}
            spellCheck={false}
            value={input.facts[name]}
            onChange={(event) =>
              onChange({
                ...input,
                facts: { ...input.facts, [name]: event.currentTarget.value },
              })
            }
          />
        ))}
        {kind === "delivery" && (
          <Select
            size="xs"
            label="The attempt"
            data={[
              { value: "before", label: "not made yet" },
              { value: "deferred", label: "was deferred (451)" },
              { value: "refused", label: "was refused (550)" },
            ]}
            allowDeselect={false}
            value={input.attempt}
            onChange={(attempt) =>
              onChange({ ...input, attempt: (attempt ?? "before") as BenchInput["attempt"] })
            }
          />
        )}
      </SimpleGrid>
    </>
  );
};

/** The newest messages; what is typed is a query of history, or a message id. */
const MessagePicker = ({
  value,
  onChange,
}: {
  readonly value: string | null;
  readonly onChange: (messageId: string | null) => void;
}) => {
  const [typed, setTyped] = useState("");
  const [query] = useDebouncedValue(typed, 300);
  const rows = useQuery(
    trpc.history.list.queryOptions({ query: query.includes(" → ") ? "" : query, limit: 50 }),
  );
  const options = (rows.data?.rows ?? []).map((row) => ({
    value: row.messageId,
    label: rowWords(row),
  }));
  const isListed = value === null || options.some((option) => option.value === value);
  return (
    <Select
      size="xs"
      label="Message"
      placeholder="Sender, subject, or a query such as outcome:rejected"
      searchable
      clearable
      data={isListed ? options : [{ value: value ?? "", label: `Message ${value}` }, ...options]}
      filter={({ options: all }) => all}
      value={value}
      nothingFoundMessage={
        rows.isError
          ? "This query cannot be read."
          : rows.isPending
            ? "Searching"
            : "No such message."
      }
      onSearchChange={setTyped}
      onChange={onChange}
    />
  );
};

const short = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "short" });

const rowWords = ({ at, sender, recipients, subject, outcome }: Row): string =>
  [
    `${senderWords(sender)} → ${visibleText(recipients[0] ?? "nobody")}`,
    subject === "" ? null : visibleText(subject),
    mailOutcomes[outcome].words,
    short.format(new Date(at)),
  ]
    .filter((part) => part !== null)
    .join(" · ");
