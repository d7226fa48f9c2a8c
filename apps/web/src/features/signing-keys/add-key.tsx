/** A new key, or one that exists already. */
import { Button, Group, Modal, Radio, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, readError } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { refreshSigners } from "./signers-api.ts";

type Props = {
  readonly id: string;
  readonly taken: readonly string[];
  readonly onClose: () => void;
};

const kinds = {
  rsa: "RSA, 2,048 bits: known to every receiver",
  "rsa-3072": "RSA, 3,072 bits: a longer record, which some DNS editors refuse",
  ed25519: "Ed25519: short; put it beside an RSA key",
} as const;
type Kind = keyof typeof kinds;

/** Names the month, so that everybody sees how old a key is. */
const suggested = (taken: readonly string[], kind: Kind): string => {
  const month = new Date().toISOString().slice(0, 7).replace("-", "");
  const base = kind === "ed25519" ? `ed${month}` : `s${month}`;
  const free = ["", "b", "c", "d", "e", "f"].find((suffix) => !taken.includes(`${base}${suffix}`));
  return `${base}${free ?? ""}`;
};

export const AddKey = ({ id, taken, onClose }: Props) => {
  const [own, setOwn] = useState<"make" | "bring">("make");
  const [kind, setKind] = useState<Kind>("rsa");
  const [selector, setSelector] = useState<string | null>(null);
  const [pem, setPem] = useState("");
  const name = selector ?? suggested(taken, kind);
  const add = useMutation({
    mutationFn: () =>
      own === "bring"
        ? api.signers.importKey.mutate({ id, selector: name, privateKey: pem })
        : api.signers.makeKey.mutate({
            id,
            selector: name,
            algorithm: kind === "ed25519" ? "ed25519-sha256" : "rsa-sha256",
            ...(kind === "rsa-3072" && { bits: 3072 as const }),
          }),
    onSuccess: async () => {
      announce(`The key ${name} is prepared in the draft.`);
      await refreshSigners();
      onClose();
    },
  });
  const failure = add.error === null ? null : readError(add.error);
  const field = failure?.detail["field"];
  return (
    <Modal opened onClose={onClose} title="Add a key">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Stack>
          <Radio.Group
            label="Where it comes from"
            value={own}
            onChange={(next) => setOwn(next === "bring" ? "bring" : "make")}
          >
            <Stack gap={6} mt={6}>
              <Radio value="make" label="Made here: its private half never leaves the gateway" />
              <Radio value="bring" label="It exists already: paste its private key" />
            </Stack>
          </Radio.Group>
          {own === "make" ? (
            <Select
              label="Kind"
              data={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
              value={kind}
              allowDeselect={false}
              onChange={(next) => next !== null && setKind(next as Kind)} // one of the list
            />
          ) : (
            <Textarea
              label="Private key"
              description="PEM, from BEGIN to END. It is kept encrypted and never shown again."
              required
              autosize
              minRows={4}
              maxRows={10}
              spellCheck={false}
              value={pem}
              error={field === "privateKey" ? failure?.message : null}
              onChange={(event) => setPem(event.currentTarget.value)}
            />
          )}
          <TextInput
            label="Selector"
            description={
              own === "bring"
                ? "The one its record in DNS has already, or a new one."
                : "Names the key in DNS. Never use one again for another key."
            }
            required
            spellCheck={false}
            autoCapitalize="off"
            value={name}
            error={field === "selector" ? failure?.message : null}
            onChange={(event) => setSelector(event.currentTarget.value.toLowerCase())}
          />
          {field === undefined && <ErrorAlert error={add.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending}>
              {own === "bring" ? "Add the key" : "Make the key"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
