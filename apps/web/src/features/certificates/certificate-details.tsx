/** What is stored of a certificate, a request that waits, and the way to put another in its place. */
import { Button, Fieldset, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, queryClient, type RouterOutputs, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Loading } from "../../ui/loading.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import { ChainTable } from "./chain-table.tsx";
import { type Pem, PemFields } from "./pem-fields.tsx";

type View = RouterOutputs["certificates"]["describe"];

export const refreshCertificates = async (): Promise<void> => {
  await Promise.all(
    [trpc.certificates.pathKey(), trpc.settings.pathKey(), trpc.secrets.pathKey()].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );
};

export const CertificateDetails = ({ id }: { readonly id: string }) => {
  const view = useQuery({ ...trpc.certificates.describe.queryOptions({ id }), staleTime: 0 });
  const mayManage = useMay("manage");
  const [replacing, setReplacing] = useState(false);
  const { data } = view;
  return (
    <Fieldset legend="Certificate">
      <Stack gap="md">
        <ErrorAlert error={view.error} />
        {view.isPending && <Loading label="Reading the certificate" />}
        {data !== undefined && (
          <>
            {data.request !== null && <Request pem={data.request} />}
            {data.chain !== null && <ChainTable chain={data.chain} />}
            {data.chain === null && data.request === null && (
              <Text size="sm">What is stored cannot be read as a certificate.</Text>
            )}
            <KeyState view={data} />
            {mayManage && (
              <Group>
                <Button variant="default" onClick={() => setReplacing(true)}>
                  {data.request === null ? "Put another in its place" : "Enter the answer"}
                </Button>
              </Group>
            )}
          </>
        )}
      </Stack>
      {replacing && data !== undefined && (
        <Replace
          id={id}
          isAnswer={data.request !== null}
          isPinned={data.key === "not set"}
          onClose={() => setReplacing(false)}
        />
      )}
    </Fieldset>
  );
};

const KeyState = ({ view }: { readonly view: View }) => {
  if (view.request !== null) {
    return (
      <Text size="sm">The private key is kept here, encrypted, and waits with the request.</Text>
    );
  }
  switch (view.key) {
    case "fits":
      return (
        <Group gap="xs">
          <OutcomePill tone="accept">Private key fits</OutcomePill>
          <Text size="sm" c="dimmed">
            Kept encrypted, never shown again.
          </Text>
        </Group>
      );
    case "does not fit":
      return <OutcomePill tone="error">The private key belongs to another certificate</OutcomePill>;
    case "not set":
      return (
        <Group gap="xs">
          <OutcomePill tone="else">No private key</OutcomePill>
          <Text size="sm" c="dimmed">
            It is another server's: a transport can demand exactly this one.
          </Text>
        </Group>
      );
    default:
      return view.key satisfies never;
  }
};

const Request = ({ pem }: { readonly pem: string }) => (
  <Stack gap="xs">
    <Text size="sm">
      Give this request to your certificate authority, and enter here what it sends back.
    </Text>
    <Textarea
      label="Request"
      readOnly
      autosize
      minRows={4}
      maxRows={12}
      value={pem}
      spellCheck={false}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
    />
    <Group>
      <CopyButton label="Copy the request" text={pem} />
    </Group>
  </Stack>
);

type ReplaceProps = {
  readonly id: string;
  readonly isAnswer: boolean;
  readonly isPinned: boolean;
  readonly onClose: () => void;
};

const Replace = ({ id, isAnswer, isPinned, onClose }: ReplaceProps) => {
  const [pem, setPem] = useState<Pem>({ certificate: "", privateKey: "" });
  const store = useMutation({
    mutationFn: async () => {
      const { version } = await api.settings.get.query({ kind: "certificate", id });
      return api.certificates.store.mutate({ id, ...pem, version });
    },
    onSuccess: async () => {
      announce("The certificate is in the draft.");
      await refreshCertificates();
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={isAnswer ? "Enter the answer to the request" : "Put another certificate in its place"}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          store.mutate();
        }}
      >
        <Stack>
          <PemFields
            value={pem}
            withKey={!isAnswer && !isPinned}
            failure={store.error}
            onChange={(next) => {
              store.reset();
              setPem(next);
            }}
          />
          {!isAnswer && !isPinned && (
            <Text size="sm" c="dimmed">
              Without a private key it must fit the one that is stored. Open connections go on with
              the old certificate when you publish; new ones get this one.
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={store.isPending} disabled={pem.certificate === ""}>
              Save in the draft
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
