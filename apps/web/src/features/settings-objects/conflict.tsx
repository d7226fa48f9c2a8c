/** Two people changed one object: both versions, and a choice that loses nothing unseen. */
import { Alert, Button, Group, Table, Text } from "@mantine/core";
import { IconGitMerge } from "@tabler/icons-react";
import type { DraftRow } from "../../api.ts";
import { Time } from "../../ui/time.tsx";
import { valueChanges } from "./value-changes.ts";

type Props = {
  readonly mine: unknown;
  readonly theirs: DraftRow;
  readonly onTakeTheirs: () => void;
  readonly onKeepMine: () => void;
  readonly pending: boolean;
};

export const Conflict = ({ mine, theirs, onTakeTheirs, onKeepMine, pending }: Props) => {
  const changes = valueChanges(mine, theirs.body);
  return (
    <Alert
      variant="default"
      role="alert"
      icon={<IconGitMerge color="var(--severity-warning)" />}
      title="Somebody saved this meanwhile"
    >
      <Text size="sm">
        {theirs.updatedBy} saved it <Time at={theirs.updatedAt} form="relative" />. Nothing of yours
        is lost, and nothing of theirs is overwritten until you say so.
      </Text>
      {changes.length > 0 && (
        <Table.ScrollContainer minWidth={420}>
          <Table aria-label="Differences" mt="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Setting</Table.Th>
                <Table.Th scope="col">Yours</Table.Th>
                <Table.Th scope="col">Theirs</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {changes.map((change) => (
                <Table.Tr key={change.place}>
                  <Table.Th scope="row">{change.place}</Table.Th>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>{change.mine}</Table.Td>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>{change.theirs}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Group mt="sm" gap="xs">
        <Button size="xs" variant="default" onClick={onTakeTheirs}>
          Take theirs
        </Button>
        <Button size="xs" variant="default" onClick={onKeepMine} loading={pending}>
          Save mine over theirs
        </Button>
      </Group>
    </Alert>
  );
};
