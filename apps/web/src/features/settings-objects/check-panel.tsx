/** Tries the object as it stands in the form against the world, and shows each step. */
import { Button, Fieldset, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { RouterInputs, RouterOutputs } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import { useObjectForm } from "./object-form-context.ts";

type Input = RouterInputs["transports"]["test"];
type Report = RouterOutputs["transports"]["test"];

type Props = {
  readonly title: string;
  readonly help: string;
  readonly lookupLabel: string;
  readonly lookupHelp: string;
  readonly action: string;
  readonly secretField: string;
  readonly run: (input: Input) => Promise<Report>;
};

export const CheckPanel = (props: Props) => {
  const { title, help, lookupLabel, lookupHelp, action, secretField, run } = props;
  const { id, value, secrets } = useObjectForm();
  const [lookup, setLookup] = useState("");
  const mayEdit = useMay("edit");
  const test = useMutation({
    mutationFn: () => {
      const secret = secrets[secretField] ?? "";
      return run({
        body: value,
        ...(id !== null && { id }),
        ...(secret !== "" && { secret }),
        ...(lookup.trim() !== "" && { lookup: lookup.trim() }),
      });
    },
    onSuccess: ({ ok }) => announce(ok ? "The test succeeded." : "The test failed."),
  });
  if (!mayEdit) return null;
  return (
    <Fieldset legend={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          test.mutate();
        }}
      >
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {help} It takes the form as it is now, saved or not.
          </Text>
          <Group align="flex-end" gap="sm">
            <TextInput
              style={{ flex: 1, minWidth: 200 }}
              label={lookupLabel}
              description={lookupHelp}
              value={lookup}
              onChange={(event) => setLookup(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={test.isPending}>
              {action}
            </Button>
          </Group>
          <ErrorAlert error={test.error} />
          {test.data !== undefined && <Steps report={test.data} />}
        </Stack>
      </form>
    </Fieldset>
  );
};

const Steps = ({ report }: { readonly report: Report }) => (
  <Table.ScrollContainer minWidth={420}>
    <Table aria-label="Steps of the test" verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Step</Table.Th>
          <Table.Th scope="col">Result</Table.Th>
          <Table.Th scope="col">Answer</Table.Th>
          <Table.Th scope="col" ta="end">
            Time
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {report.steps.map(({ step, ok, text, milliseconds }, index) => (
          <Table.Tr key={`${index} ${step}`}>
            <Table.Td>{step}</Table.Td>
            <Table.Td>
              <OutcomePill tone={ok ? "accept" : "error"}>{ok ? "Works" : "Fails"}</OutcomePill>
            </Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{text}</Table.Td>
            <Table.Td ta="end">{Math.round(milliseconds)} ms</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  </Table.ScrollContainer>
);
