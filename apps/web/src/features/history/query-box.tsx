/** The query of a list: typed, or put together from the outcomes beside it. */
import {
  ActionIcon,
  Button,
  Code,
  Group,
  Menu,
  Popover,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { IconFilter, IconHelp, IconSearch, IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { type MailOutcome, mailOutcomes } from "../../ui/mail-outcome.tsx";
import { toneLooks } from "../../ui/tone.tsx";
import { withTerm } from "./with-term.ts";

type Props = {
  readonly text: string;
  readonly onSearch: (text: string) => void;
  readonly error: string | null;
};

const examples: readonly (readonly [term: string, meaning: string])[] = [
  ["from:@example.org", "the sender has this in the address"],
  ["to:anna@example.net", "one of the recipients"],
  ["outcome:rejected", "how it ended"],
  ["ip:192.0.2.0/24", "the client's address or network"],
  ["after:2h", "in the last two hours"],
  ["-to:test@example.net", "not to this recipient"],
  ["invoice", "a word of the subject or an address"],
];

export const QueryBox = ({ text, onSearch, error }: Props) => {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(typed.trim());
      }}
    >
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <TextInput
          style={{ flex: 1, minWidth: 0 }}
          aria-label="Query"
          placeholder="from:@example.org outcome:rejected after:2h, a word, or a message id"
          value={typed}
          error={error}
          spellCheck={false}
          leftSection={<IconSearch size={16} />}
          rightSection={
            typed !== "" && (
              <ActionIcon
                size="sm"
                aria-label="Clear the query"
                onClick={() => {
                  setTyped("");
                  onSearch("");
                }}
              >
                <IconX size={14} />
              </ActionIcon>
            )
          }
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" aria-label="Filter by outcome">
              <IconFilter size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Outcome</Menu.Label>
            {Object.entries(mailOutcomes).map(([outcome, { words, tone }]) => (
              <Menu.Item
                key={outcome}
                leftSection={
                  <span style={{ color: toneLooks[tone].colour }} aria-hidden>
                    {toneLooks[tone].glyph}
                  </span>
                }
                onClick={() => onSearch(withTerm(text, "outcome", outcome as MailOutcome))}
              >
                {words}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Popover width={360} position="bottom-end" shadow="md">
          <Popover.Target>
            <ActionIcon variant="default" aria-label="How to write a query">
              <IconHelp size={18} />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown>
            <Stack gap={6}>
              {examples.map(([term, meaning]) => (
                <Group key={term} gap="xs" wrap="nowrap" align="baseline">
                  <Code>{term}</Code>
                  <Text size="xs">{meaning}</Text>
                </Group>
              ))}
              <Text size="xs" c="dimmed">
                Terms are joined by “and”; “or” between two takes either. Words with spaces stand in
                quotes.
              </Text>
            </Stack>
          </Popover.Dropdown>
        </Popover>
        <Button type="submit" variant="default">
          Search
        </Button>
      </Group>
    </form>
  );
};
