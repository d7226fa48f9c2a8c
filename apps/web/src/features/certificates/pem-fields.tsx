/** A certificate and its key as text or from a file; looked at before anything is stored. */
import { Alert, Button, FileButton, Group, List, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, readError } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { ChainTable } from "./chain-table.tsx";

export type Pem = { readonly certificate: string; readonly privateKey: string };

type Props = {
  readonly value: Pem;
  readonly onChange: (value: Pem) => void;
  /** false: another server's certificate, or an answer whose key is here. */
  readonly withKey: boolean;
  /** What storing it stumbled over. */
  readonly failure: unknown;
};

export const PemFields = ({ value, onChange, withKey, failure }: Props) => {
  const check = useMutation({
    mutationFn: () => api.certificates.check.mutate(value),
    onSuccess: ({ notes }) => announce(["The certificate can be read.", ...notes].join(" ")),
  });
  const error = failure ?? check.error;
  const read = error === null || error === undefined ? null : readError(error);
  const field = read?.detail["field"];
  const set = (next: Partial<Pem>): void => {
    check.reset();
    onChange({ ...value, ...next });
  };
  return (
    <Stack gap="sm">
      <PemField
        label="Certificate"
        description={
          withKey
            ? "PEM, with the intermediate certificates. The private key may stand in the same text."
            : "PEM, from BEGIN CERTIFICATE to END CERTIFICATE, with its chain."
        }
        value={value.certificate}
        error={field === "certificate" ? (read?.message ?? null) : null}
        onChange={(certificate) => set({ certificate })}
      />
      {withKey && (
        <PemField
          label="Private key"
          description="PEM. It is kept encrypted and never shown again. Empty when it stands above."
          value={value.privateKey}
          error={field === "privateKey" ? (read?.message ?? null) : null}
          onChange={(privateKey) => set({ privateKey })}
        />
      )}
      {field !== "certificate" && field !== "privateKey" && <ErrorAlert error={error} />}
      <Group>
        <Button
          variant="default"
          loading={check.isPending}
          disabled={value.certificate.trim() === ""}
          onClick={() => check.mutate()}
        >
          Check it
        </Button>
      </Group>
      {check.data !== undefined && (
        <Stack gap="xs">
          <ChainTable chain={check.data.chain} />
          {withKey && (
            <Text size="sm">
              {check.data.hasKey
                ? "The private key fits."
                : "There is no private key: this would be another server's certificate."}
            </Text>
          )}
          <Notes notes={check.data.notes} />
        </Stack>
      )}
    </Stack>
  );
};

const Notes = ({ notes }: { readonly notes: readonly string[] }) =>
  notes.length === 0 ? null : (
    <Alert variant="default" title="Good to know">
      <List size="sm">
        {notes.map((note) => (
          <List.Item key={note}>{note}</List.Item>
        ))}
      </List>
    </Alert>
  );

type FieldProps = {
  readonly label: string;
  readonly description: string;
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (text: string) => void;
};

const PemField = ({ label, description, value, error, onChange }: FieldProps) => {
  const [fileError, setFileError] = useState<string | null>(null);
  const take = async (file: File | null): Promise<void> => {
    if (file === null) return;
    const tooBig = file.size > 100_000;
    setFileError(tooBig ? "The file is too large to be PEM." : null);
    if (!tooBig) onChange(await file.text());
  };
  return (
    <div>
      <Textarea
        label={label}
        description={description}
        autosize
        minRows={4}
        maxRows={10}
        spellCheck={false}
        value={value}
        error={fileError ?? error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <FileButton accept=".pem,.crt,.cer,.key,.txt" onChange={(file) => void take(file)}>
        {(props) => (
          <Button {...props} size="compact-xs" variant="default" mt={6}>
            {`${label} from a file`}
          </Button>
        )}
      </FileButton>
    </div>
  );
};
