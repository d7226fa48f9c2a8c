/** Asks for the password again before something that outlives the session is changed. */
import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, trpc } from "../api.ts";
import { CodeInput } from "../ui/code-input.tsx";
import { ErrorAlert } from "../ui/error-alert.tsx";
import { useProofAsked } from "./proof.ts";

export const ProofDialog = () => {
  const asking = useProofAsked();
  return asking === null ? null : <Ask onAnswer={asking.answer} />;
};

const Ask = ({ onAnswer }: { readonly onAnswer: (given: boolean) => void }) => {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const factor = useQuery(trpc.signIn.secondFactor.queryOptions());
  const prove = useMutation({
    mutationFn: () => api.signIn.prove.mutate({ password, code }),
    onSuccess: () => onAnswer(true),
  });
  return (
    <Modal opened onClose={() => onAnswer(false)} title="Give your password again" zIndex={400}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          prove.mutate();
        }}
      >
        <Stack>
          <Text size="sm">
            Secrets, keys and users are changed only soon after the password was given. It counts
            for 15 minutes.
          </Text>
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            data-autofocus
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {factor.data?.on === true && <CodeInput value={code} onChange={setCode} />}
          <ErrorAlert error={prove.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => onAnswer(false)}>
              Cancel
            </Button>
            <Button type="submit" loading={prove.isPending}>
              Go on
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
