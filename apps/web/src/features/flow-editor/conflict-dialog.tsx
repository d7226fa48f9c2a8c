import { Button, Code, Group, Modal, SegmentedControl, Stack, Table, Text } from "@mantine/core";
import type { FlowNode } from "@sluice/flow-schema";
import { useState } from "react";
import type { Merge } from "./draft/merge.ts";
import { faceOf } from "./editor-context.tsx";

type Props = {
  readonly merge: Merge;
  readonly onChoose: (takeTheirs: ReadonlySet<string>) => void;
};

/** Both changed the same blocks: both versions, and a choice for each. */
export const ConflictDialog = ({ merge, onChoose }: Props) => {
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set());
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Somebody changed the same blocks"
      size="xl"
    >
      <Stack>
        <Text size="sm">
          Everything else is kept from both. Choose for each of these; nothing is lost before.
        </Text>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Yours</Table.Th>
              <Table.Th>Theirs</Table.Th>
              <Table.Th w={170}>Keep</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {merge.conflicts.map(({ id, mine, theirs: other }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <Version node={mine} />
                </Table.Td>
                <Table.Td>
                  <Version node={other} />
                </Table.Td>
                <Table.Td>
                  <SegmentedControl
                    size="xs"
                    aria-label={`Which ${id} to keep`}
                    value={theirs.has(id) ? "theirs" : "mine"}
                    data={[
                      { value: "mine", label: "Yours" },
                      { value: "theirs", label: "Theirs" },
                    ]}
                    onChange={(value) => {
                      const next = new Set(theirs);
                      if (value === "theirs") next.add(id);
                      else next.delete(id);
                      setTheirs(next);
                    }}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Group justify="flex-end">
          <Button onClick={() => onChoose(theirs)}>Keep what is chosen</Button>
        </Group>
      </Stack>
    </Modal>
  );
};

const Version = ({ node }: { readonly node: FlowNode | null }) => {
  if (node === null) return <Text c="dimmed">Deleted</Text>;
  const { title, summary } = faceOf(node);
  return (
    <div>
      <Text fw={600} size="sm">
        {title}
      </Text>
      <Text size="xs" c="dimmed">
        {summary}
      </Text>
      <Code block mah={160} style={{ overflow: "auto" }}>
        {JSON.stringify(
          { settings: node.config, outcomes: node.outcomes, note: node.note },
          null,
          1,
        )}
      </Code>
    </div>
  );
};
