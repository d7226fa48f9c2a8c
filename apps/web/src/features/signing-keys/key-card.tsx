/** One key: what it is, what DNS must have of it, and what can be done with it. */
import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, type RouterOutputs } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Mono } from "../../ui/mono.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import type { Tone } from "../../ui/tone.tsx";
import { type KeyUse, refreshSigners, type SigningKeyView } from "./signers-api.ts";

type Check = RouterOutputs["signers"]["checkKey"];

const uses: Readonly<Record<KeyUse, { words: string; tone: Tone }>> = {
  prepared: { words: "Prepared", tone: "defer" },
  active: { words: "Active", tone: "accept" },
  retired: { words: "Retired", tone: "else" },
};

const algorithms: Readonly<Record<SigningKeyView["algorithm"], string>> = {
  "rsa-sha256": "RSA",
  "ed25519-sha256": "Ed25519",
};

type Props = { readonly id: string; readonly view: SigningKeyView };

export const KeyCard = ({ id, view }: Props) => {
  const { selector, algorithm, bits, use, since, privateKey, record } = view;
  const [asking, setAsking] = useState<"activate" | "remove" | null>(null);
  const [mayEdit, mayManage] = [useMay("edit"), useMay("manage")];
  const check = useMutation({
    mutationFn: () => api.signers.checkKey.mutate({ id, selector }),
    onSuccess: ({ text }) => announce(text),
  });
  const change = useMutation({
    mutationFn: (next: KeyUse) => api.signers.setUse.mutate({ id, selector, use: next }),
    onSuccess: async (_saved, next) => {
      announce(`The key ${selector} is ${uses[next].words.toLowerCase()} in the draft.`);
      setAsking(null);
      await refreshSigners();
    },
  });
  const remove = useMutation({
    mutationFn: () => api.signers.removeKey.mutate({ id, selector }),
    onSuccess: async () => {
      announce(`The key ${selector} is removed from the draft.`);
      setAsking(null);
      await refreshSigners();
    },
  });
  const activate = async (): Promise<void> => {
    const { state } = check.data ?? (await check.mutateAsync());
    if (state === "matches") change.mutate("active");
    else setAsking("activate");
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={`Key ${selector}`}>
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <Group gap="sm">
            <Title order={2} size="h5">
              <Mono>{selector}</Mono>
            </Title>
            <OutcomePill tone={uses[use].tone}>{uses[use].words}</OutcomePill>
            {privateKey === "not set" && (
              <OutcomePill tone="error">Private key not set</OutcomePill>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            {algorithms[algorithm]}
            {algorithm === "rsa-sha256" && bits !== null && `, ${bits} bits`}
            {since !== null && `, since ${since}`}
            {privateKey === "from the environment" && ", private key from the environment"}
          </Text>
        </Group>
        <Value label="TXT record" text={record.name} copy="Copy the name" />
        <Value
          label={
            record.strings.length === 1
              ? "Value"
              : `Value, ${record.text.length} characters in ${record.strings.length} strings`
          }
          text={record.strings.length === 1 ? record.text : quoted(record.strings)}
          copy="Copy the value"
        />
        <Group gap="xs">
          {record.strings.length > 1 && (
            <CopyButton label="Copy the value as one string" text={record.text} />
          )}
          <CopyButton label="Copy a line for a zone file" text={record.zoneLine} />
        </Group>
        <ErrorAlert error={check.error ?? change.error} />
        {check.data !== undefined && <CheckResult check={check.data} />}
        <Group gap="xs">
          {mayEdit && (
            <Button
              size="xs"
              variant="default"
              loading={check.isPending}
              onClick={() => check.mutate()}
            >
              Check DNS
            </Button>
          )}
          {mayEdit && use !== "active" && (
            <Button
              size="xs"
              loading={change.isPending || (check.isPending && asking === null)}
              onClick={() => void activate()}
              {...(use === "retired" && { variant: "default" })}
            >
              {use === "retired" ? "Activate again" : "Activate"}
            </Button>
          )}
          {mayEdit && use === "active" && (
            <Button
              size="xs"
              variant="default"
              loading={change.isPending}
              onClick={() => change.mutate("retired")}
            >
              Retire
            </Button>
          )}
          {mayManage && use !== "active" && (
            <Button size="xs" variant="default" onClick={() => setAsking("remove")}>
              Remove
            </Button>
          )}
        </Group>
      </Stack>
      <ConfirmDialog
        opened={asking === "activate"}
        onClose={() => setAsking(null)}
        title={`Activate ${selector} although DNS does not confirm it?`}
        action="Activate it all the same"
        pending={change.isPending}
        error={change.error}
        onConfirm={() => change.mutate("active")}
      >
        <Text size="sm">
          {check.data?.text} Once published, receivers that do not find the record take the
          signature as none.
        </Text>
      </ConfirmDialog>
      <ConfirmDialog
        opened={asking === "remove"}
        onClose={() => setAsking(null)}
        title={`Remove the key ${selector}?`}
        action="Remove the key"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
      >
        <Text size="sm">
          {use === "retired"
            ? "Its private key is destroyed. Then take its record out of DNS; mail that was signed with it and is still on its way can no longer be verified."
            : "Its private key is destroyed."}
        </Text>
      </ConfirmDialog>
    </Paper>
  );
};

const quoted = (strings: readonly string[]): string => strings.map((one) => `"${one}"`).join(" ");

type ValueProps = { readonly label: string; readonly text: string; readonly copy: string };

const Value = ({ label, text, copy }: ValueProps) => (
  <div>
    <Group gap="xs" mb={4}>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <CopyButton label={copy} text={text} />
    </Group>
    <Text size="sm" style={{ overflowWrap: "anywhere" }}>
      <Mono>{text}</Mono>
    </Text>
  </div>
);

const states: Readonly<Record<Check["state"], { words: string; tone: Tone }>> = {
  matches: { words: "Matches", tone: "accept" },
  missing: { words: "Not there", tone: "defer" },
  differs: { words: "Differs", tone: "error" },
  revoked: { words: "Taken back", tone: "error" },
  several: { words: "Several records", tone: "error" },
  error: { words: "No answer", tone: "defer" },
};

const CheckResult = ({ check }: { readonly check: Check }) => (
  <div role="status">
    <Group gap="xs">
      <OutcomePill tone={states[check.state].tone}>{states[check.state].words}</OutcomePill>
      <Text size="sm">{check.text}</Text>
    </Group>
    {check.state !== "matches" &&
      check.found.map((text) => (
        <Text key={text} size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          DNS has: <Mono>{text}</Mono>
        </Text>
      ))}
  </div>
);
