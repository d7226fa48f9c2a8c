/** The key of rewritten sender addresses (SRS). */
import { Button, Fieldset, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { valueAt } from "../../ui/form/value-path.ts";
import { relativeTime } from "../../ui/time.tsx";
import { useObjectForm } from "../settings-objects/object-form-context.ts";
import { refreshSigners } from "./signers-api.ts";

export const RewritingKey = () => {
  const { id, value } = useObjectForm();
  const mayManage = useMay("manage");
  const [asking, setAsking] = useState(false);
  const { data: state } = useQuery({
    ...trpc.secrets.state.queryOptions({ kind: "signer", id: id ?? "", field: "srsKey" }),
    enabled: id !== null,
  });
  const make = useMutation({
    mutationFn: () => api.signers.makeRewritingKey.mutate({ id: id ?? "" }),
    onSuccess: async () => {
      announce("The key is made.");
      setAsking(false);
      await refreshSigners();
    },
  });
  if (id === null) return null;
  const isSet = valueAt(value, ["srsKey"]) !== undefined && state?.set === true;
  return (
    <Fieldset legend="Key for sender rewriting">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          The blocks “Rewrite sender” and “Restore sender” make addresses under this domain for
          forwarded mail, and read them when it bounces. A key of the gateway keeps others from
          making such addresses.
        </Text>
        <Group gap="sm">
          <Text size="sm">
            {isSet && state.updatedAt !== null
              ? `The key was made ${relativeTime(new Date(state.updatedAt), new Date())}.`
              : "There is no key yet."}
          </Text>
          {mayManage && (
            <Button
              size="xs"
              variant="default"
              loading={make.isPending}
              onClick={() => (isSet ? setAsking(true) : make.mutate())}
            >
              {isSet ? "Make another key" : "Make the rewriting key"}
            </Button>
          )}
        </Group>
        {!asking && <ErrorAlert error={make.error} />}
      </Stack>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title="Make another key?"
        action="Make another key"
        pending={make.isPending}
        error={make.error}
        onConfirm={() => make.mutate()}
      >
        <Text size="sm">
          It counts at once. Bounces of mail that was forwarded before are refused from then on.
        </Text>
      </ConfirmDialog>
    </Fieldset>
  );
};
