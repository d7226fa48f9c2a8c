/** The keys of a signing domain: each with its record, its state in DNS, and the next step. */
import { Button, Fieldset, Group, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useMay } from "../../shell/user.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Loading } from "../../ui/loading.tsx";
import { useObjectForm } from "../settings-objects/object-form-context.ts";
import { AddKey } from "./add-key.tsx";
import { KeyCard } from "./key-card.tsx";
import { RotationGuide } from "./rotation-guide.tsx";
import { useSigningKeys } from "./signers-api.ts";

export const KeysPanel = () => {
  const { id } = useObjectForm();
  const keys = useSigningKeys(id);
  const mayManage = useMay("manage");
  const [adding, setAdding] = useState(false);
  if (id === null) {
    return (
      <Fieldset legend="Keys">
        <Text size="sm" c="dimmed">
          Save the domain first; then its keys are made here.
        </Text>
      </Fieldset>
    );
  }
  return (
    <Fieldset legend="Keys">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          Mail is signed with every active key. An Ed25519 key beside an RSA key is short and
          strong, but not every receiver knows it: have both, or RSA alone.
        </Text>
        <ErrorAlert error={keys.error} />
        {keys.isPending && <Loading label="Loading the keys" />}
        {keys.data?.map((key) => (
          <KeyCard key={key.selector} id={id} view={key} />
        ))}
        {keys.data?.length === 0 && <Text size="sm">There is no key yet.</Text>}
        {mayManage && (
          <Group>
            <Button
              variant="default"
              leftSection={<IconPlus size={16} />}
              onClick={() => setAdding(true)}
            >
              Add a key
            </Button>
          </Group>
        )}
        {keys.data !== undefined && <RotationGuide keys={keys.data} />}
        {adding && (
          <AddKey
            id={id}
            taken={keys.data?.map(({ selector }) => selector) ?? []}
            onClose={() => setAdding(false)}
          />
        )}
      </Stack>
    </Fieldset>
  );
};
