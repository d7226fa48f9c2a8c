import { Accordion, Button, Code, Group, Stack, Text, Title } from "@mantine/core";
import { flowKindDefinitions } from "@sluice/flow-schema";
import { Time } from "../../ui/time.tsx";
import { type ConsoleEntry, endingWords, entryKey, firstLine } from "./console-history.ts";
import { RunResult } from "./run-result.tsx";

type Props = {
  readonly history: readonly ConsoleEntry[];
  readonly onUse: (entry: ConsoleEntry) => void;
  readonly onCompare: (entry: ConsoleEntry) => void;
  readonly onClear: () => void;
};

/** Earlier runs; each can be looked at, and brought back into the editor. */
export const RunHistory = ({ history, onUse, onCompare, onClear }: Props) => (
  <section aria-label="Earlier runs">
    <Group justify="space-between" mb="xs">
      <Title order={2}>Earlier runs</Title>
      <Button variant="subtle" size="compact-sm" color="gray" onClick={onClear}>
        Forget them
      </Button>
    </Group>
    <Accordion variant="separated" chevronPosition="left">
      {history.map((entry) => (
        <Accordion.Item key={entryKey(entry)} value={entryKey(entry)}>
          <Accordion.Control>
            <Text size="sm" ff="monospace" lineClamp={1}>
              {firstLine(entry.script)}
            </Text>
            <Text size="xs" c="dimmed" lineClamp={1}>
              {flowKindDefinitions[entry.kind].title} · {endingWords(entry.run)} ·{" "}
              <Time at={entry.at} />
            </Text>
          </Accordion.Control>
          <Accordion.Panel>
            <Stack gap="sm">
              <Code block tabIndex={0} aria-label="The script" mah={240}>
                {entry.script}
              </Code>
              <RunResult run={entry.run} />
              <Group>
                <Button size="compact-sm" variant="default" onClick={() => onUse(entry)}>
                  Use this script again
                </Button>
                <Button size="compact-sm" variant="default" onClick={() => onCompare(entry)}>
                  Compare with the editor
                </Button>
              </Group>
            </Stack>
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  </section>
);
