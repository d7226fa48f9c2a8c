/** The four ways to a certificate. */
import { Button, Group, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { api, readError } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { HrefAnchor } from "../../ui/links.tsx";
import { Page } from "../../ui/page.tsx";
import { formKinds, objectPath } from "../settings-objects/object-kinds.ts";
import { refreshCertificates } from "./certificate-details.tsx";
import { type Pem, PemFields } from "./pem-fields.tsx";

const ways = {
  paste: {
    label: "I have one",
    words: "Paste or upload a certificate with its private key.",
    action: "Save in the draft",
  },
  request: {
    label: "Request one from an authority",
    words: "A key is made here and stays here; you get a request (CSR) to hand in.",
    action: "Make the key and the request",
  },
  selfSigned: {
    label: "Make one for tests",
    words: "Signed by itself: other mail servers can encrypt with it, but nobody can verify it.",
    action: "Make the certificate",
  },
  pinned: {
    label: "It is another server's",
    words: "Without a key: a transport can demand that the next hop shows exactly this one.",
    action: "Save in the draft",
  },
} as const;
type Way = keyof typeof ways;

export const NewCertificate = () => {
  const router = useRouter();
  const mayManage = useMay("manage");
  const [way, setWay] = useState<Way>("paste");
  const [id, setId] = useState("");
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const names = text.split(/[\s,]+/).filter((name) => name !== "");
  const [pem, setPem] = useState<Pem>({ certificate: "", privateKey: "" });
  const make = useMutation({
    mutationFn: async (): Promise<void> => {
      const common = { id: id.trim(), title };
      if (way === "request") await api.certificates.makeRequest.mutate({ ...common, names });
      else if (way === "selfSigned") {
        await api.certificates.makeSelfSigned.mutate({ ...common, names });
      } else {
        const privateKey = way === "pinned" ? "" : pem.privateKey;
        const { certificate } = pem;
        await api.certificates.store.mutate({ ...common, certificate, privateKey, version: null });
      }
    },
    onSuccess: async () => {
      announce("Saved in the draft.");
      await refreshCertificates();
      router.history.replace(objectPath("certificate", id.trim()));
    },
  });
  const read = make.error === null ? null : readError(make.error);
  const field = read?.detail["field"];
  const isText = way === "paste" || way === "pinned";
  return (
    <Page
      title="New certificate"
      description={
        <HrefAnchor href={formKinds.certificate.path}>{formKinds.certificate.many}</HrefAnchor>
      }
    >
      <form
        aria-label="New certificate"
        className="object-form"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Stack gap="md" maw={760}>
          <Radio.Group
            label="Where it comes from"
            value={way}
            onChange={(next) => {
              make.reset();
              if (next in ways) setWay(next as Way); // one of the keys, as was just asked
            }}
          >
            <Stack gap={8} mt={6}>
              {Object.entries(ways).map(([value, { label, words }]) => (
                <Radio key={value} value={value} label={label} description={words} />
              ))}
            </Stack>
          </Radio.Group>
          <TextInput
            label="Id"
            description="Short and lasting, such as “main”. Listeners choose it; scripts name it pki:ID. Small letters, digits, dots and dashes."
            required
            spellCheck={false}
            autoCapitalize="off"
            value={id}
            onChange={(event) => setId(event.currentTarget.value.toLowerCase())}
          />
          <TextInput
            label="Title"
            description="Shown in lists."
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          {isText ? (
            <PemFields
              value={pem}
              withKey={way === "paste"}
              failure={field === "certificate" || field === "privateKey" ? make.error : null}
              onChange={(next) => {
                make.reset();
                setPem(next);
              }}
            />
          ) : (
            <TextInput
              label="Names"
              description="Host names that clients connect to, separated by commas: mx.example.org, *.example.org."
              required
              spellCheck={false}
              autoCapitalize="off"
              value={text}
              error={field === "names" ? (read?.message ?? null) : null}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          )}
          {(typeof field !== "string" || field === "id") && <ErrorAlert error={make.error} />}
          {mayManage ? (
            <Group>
              <Button
                type="submit"
                loading={make.isPending}
                disabled={isText ? pem.certificate.trim() === "" : names.length === 0}
              >
                {ways[way].action}
              </Button>
              <Text size="sm" c="dimmed">
                It serves after you choose it at a listener or a transport, and publish.
              </Text>
            </Group>
          ) : (
            <Text size="sm">Your role may look at certificates, not make them.</Text>
          )}
        </Stack>
      </form>
    </Page>
  );
};
