/** An authenticator beside the password: set up, and taken away. */
import { Button, Group, Modal, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { encode } from "uqr";
import { api, queryClient, type RouterOutputs, readError, trpc } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import { CodeInput } from "../../ui/code-input.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Mono } from "../../ui/mono.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";

type Offer = RouterOutputs["signIn"]["prepareSecondFactor"];

const refresh = (): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: trpc.signIn.pathKey() });

export const SecondFactor = () => {
  const { data, error } = useQuery(trpc.signIn.secondFactor.queryOptions());
  const [open, setOpen] = useState<"set-up" | "remove" | null>(null);
  const close = (): void => setOpen(null);
  return (
    <section aria-labelledby="second-factor">
      <Stack maw={520} gap="sm">
        <Title order={2} id="second-factor">
          Second factor
        </Title>
        <Text size="sm" c="dimmed">
          With an authenticator on your phone a password that somebody has seen is not enough to
          sign in.
        </Text>
        <ErrorAlert error={error} />
        {data !== undefined && (
          <Group>
            {data.on ? (
              <OutcomePill tone="accept">On</OutcomePill>
            ) : (
              <OutcomePill tone="else">Off</OutcomePill>
            )}
            <Button variant="default" onClick={() => setOpen(data.on ? "remove" : "set-up")}>
              {data.on ? "Take it away" : "Set it up"}
            </Button>
          </Group>
        )}
      </Stack>
      {open === "set-up" && <SetUp onClose={close} />}
      {open === "remove" && <Remove onClose={close} />}
    </section>
  );
};

type Props = { readonly onClose: () => void };

const SetUp = ({ onClose }: Props) => {
  const [offer, setOffer] = useState<Offer | null>(null);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const prepare = useMutation({
    mutationFn: () => api.signIn.prepareSecondFactor.mutate({ password }),
    onSuccess: setOffer,
  });
  const confirm = useMutation({
    mutationFn: () => api.signIn.confirmSecondFactor.mutate({ code }),
    onSuccess: async () => {
      announce("A code is asked for from now on.");
      await refresh();
      onClose();
    },
  });
  const failure = confirm.error === null ? null : readError(confirm.error);
  const isCode = failure?.detail["field"] === "code";
  return (
    <Modal opened onClose={onClose} title="Set up a second factor">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (offer === null) prepare.mutate();
          else confirm.mutate();
        }}
      >
        <Stack>
          {offer === null ? (
            <>
              <PasswordInput
                label="Password"
                autoComplete="current-password"
                required
                data-autofocus
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
              <ErrorAlert error={prepare.error} />
            </>
          ) : (
            <>
              <Text size="sm">Read this with your authenticator, then give the code it shows.</Text>
              <QrCode text={offer.uri} />
              <Group gap="xs">
                <Text size="sm">
                  Or type: <Mono>{offer.secret.match(/.{1,4}/g)?.join(" ")}</Mono>
                </Text>
                <CopyButton label="Copy the key" text={offer.secret} />
              </Group>
              <CodeInput
                value={code}
                onChange={setCode}
                error={isCode ? (failure?.message ?? null) : null}
              />
              {!isCode && <ErrorAlert error={confirm.error} />}
              <Text size="sm" c="dimmed">
                All your other sessions end. If you lose the authenticator, another administrator
                takes the factor away, or “sluice user reset-second-factor” on the gateway.
              </Text>
            </>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={prepare.isPending || confirm.isPending}>
              {offer === null ? "Next" : "Ask for codes from now on"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

const Remove = ({ onClose }: Props) => {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const remove = useMutation({
    mutationFn: () => api.signIn.removeSecondFactor.mutate({ password, code }),
    onSuccess: async () => {
      announce("The second factor is taken away.");
      await refresh();
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Take the second factor away">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          remove.mutate();
        }}
      >
        <Stack>
          <Text size="sm">
            Then the password alone signs in again. All your other sessions end.
          </Text>
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            data-autofocus
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <CodeInput value={code} onChange={setCode} />
          <ErrorAlert error={remove.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red.8" loading={remove.isPending}>
              Take it away
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

/** Dark on light in every theme, or phones do not read it. */
const QrCode = ({ text }: { readonly text: string }) => {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
  return (
    <svg
      role="img"
      aria-label="QR code with the key; it stands below as text too"
      viewBox={`0 0 ${size} ${size}`}
      width={220}
      height={220}
      style={{ background: "#ffffff", alignSelf: "center" }}
      shapeRendering="crispEdges"
    >
      <path d={path} fill="#000000" />
    </svg>
  );
};
