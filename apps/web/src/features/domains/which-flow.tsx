/** "Which flow runs?": the matches that were tried, from the most to the least specific, and the flows that would run. */
import {
  Alert,
  Button,
  Divider,
  List,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { flowKindDefinitions, flowKinds } from "@sluice/flow-schema";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type RouterInputs, type RouterOutputs, trpc } from "../../api.ts";
import { objectLink } from "../../shell/object-links.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { HrefAnchor } from "../../ui/links.tsx";
import { Mono } from "../../ui/mono.tsx";

type Question = RouterInputs["domains"]["whichFlow"];
type Answer = RouterOutputs["domains"]["whichFlow"];

export const WhichFlow = () => {
  const listeners = useQuery(trpc.settings.list.queryOptions({ kind: "listener" }));
  const ids = listeners.data?.map(({ id }) => id) ?? [];
  const [clientAddress, setClientAddress] = useState("192.0.2.1");
  const [chosen, setChosen] = useState<string | null>(null);
  const [recipient, setRecipient] = useState("");
  const [asked, setAsked] = useState<Question | null>(null);
  const listener = chosen ?? ids[0] ?? null;
  const answer = useQuery({
    ...trpc.domains.whichFlow.queryOptions(
      asked ?? { clientAddress: "", listener: "x", recipient: "x" },
    ),
    enabled: asked !== null,
    staleTime: 0,
  });
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (listener === null) return;
          setAsked({ clientAddress: clientAddress.trim(), listener, recipient: recipient.trim() });
        }}
      >
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            Asks the live revision, not the draft.
          </Text>
          <SimpleGrid type="container" cols={{ base: 1, "620px": 3 }} spacing="sm">
            <TextInput
              label="Client's address"
              value={clientAddress}
              onChange={(event) => setClientAddress(event.currentTarget.value)}
            />
            <Select
              label="Listener"
              data={ids}
              value={listener}
              allowDeselect={false}
              onChange={setChosen}
            />
            <TextInput
              label="Recipient"
              placeholder="anna@example.org"
              value={recipient}
              onChange={(event) => setRecipient(event.currentTarget.value)}
            />
          </SimpleGrid>
          <Button
            type="submit"
            style={{ alignSelf: "flex-start" }}
            loading={answer.isFetching}
            disabled={listener === null || recipient.trim() === ""}
          >
            Find out
          </Button>
        </Stack>
      </form>
      <Stack mt="md" role="status">
        <ErrorAlert error={answer.error} />
        {asked !== null && answer.data !== undefined && <Explanation answer={answer.data} />}
      </Stack>
    </>
  );
};

const Explanation = ({ answer }: { readonly answer: Answer }) => (
  <Stack gap="sm">
    <Divider />
    {answer.refusal === null ? (
      <Text size="sm">
        Taken by listener <Linked kind="listener" id={answer.listener} /> for domain{" "}
        <Linked kind="domain" id={answer.domain} />, delivered through transport{" "}
        <Linked kind="transport" id={answer.transport} />.
      </Text>
    ) : (
      <Alert color="gray" title="The recipient is refused">
        <Mono>{answer.refusal}</Mono>
      </Alert>
    )}
    <div>
      <Text size="sm" fw={600}>
        Flows, in the order they run
      </Text>
      <List size="sm" type="ordered">
        {flowKinds.map((kind) => (
          <List.Item key={kind}>
            {`${flowKindDefinitions[kind].title}: `}
            <Linked kind="flow" id={answer.flows[kind]} />
          </List.Item>
        ))}
      </List>
    </div>
    {answer.notes.length > 0 && (
      <List size="sm">
        {answer.notes.map((note) => (
          <List.Item key={note}>{note}</List.Item>
        ))}
      </List>
    )}
    <div>
      <Text size="sm" fw={600}>
        What was tried
      </Text>
      <List size="sm" type="ordered">
        {answer.steps.map(({ listener, domain, matched, why }, index) => (
          <List.Item key={`${index} ${listener} ${domain}`}>
            {`${matched ? "✓ Matches" : "○ Passed over"}: ${domain} on ${listener}. ${why}`}
          </List.Item>
        ))}
      </List>
    </div>
  </Stack>
);

type LinkedProps = {
  readonly kind: "listener" | "domain" | "transport" | "flow";
  readonly id: string | null;
};

const Linked = ({ kind, id }: LinkedProps) => {
  if (id === null) return <>none</>;
  return (
    <HrefAnchor href={objectLink(kind, { id }) ?? "/"} size="sm" underline="always">
      {id}
    </HrefAnchor>
  );
};
