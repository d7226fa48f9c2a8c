import { Button, Group, Modal, Radio, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { FlowKind } from "@sluice/flow-schema";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { kindSummary, kindTitle, orderedKinds } from "./flow-kinds.ts";
import { saveNewFlow } from "./save-new-flow.ts";
import { starterFlow } from "./starters.ts";

type Props = { readonly onClose: () => void; readonly taken: ReadonlySet<string> };

export const NewFlowDialog = ({ onClose, taken }: Props) => {
  const navigate = useNavigate();
  const [kind, setKind] = useState<FlowKind>("recipient");
  const [title, setTitle] = useState("");
  const [from, setFrom] = useState<"default" | "empty">("default");
  const create = useMutation({
    mutationFn: () => saveNewFlow(starterFlow(kind, title.trim(), from), null, taken),
    onSuccess: (id) => navigate({ to: "/flows/$flow", params: { flow: id }, search: {} }),
  });
  return (
    <Modal opened onClose={onClose} title="New flow" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Title"
            required
            maxLength={120}
            data-autofocus
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Radio.Group
            label="Where it runs"
            value={kind}
            onChange={(value) => setKind(FlowKind.parse(value))}
          >
            <Stack gap={8} mt={6}>
              {orderedKinds.map((each) => (
                <Radio
                  key={each}
                  value={each}
                  label={kindTitle(each)}
                  description={kindSummary(each)}
                />
              ))}
            </Stack>
          </Radio.Group>
          <SegmentedControl
            aria-label="Start from"
            value={from}
            onChange={(value) => setFrom(value === "empty" ? "empty" : "default")}
            data={[
              { value: "default", label: "Start from the default" },
              { value: "empty", label: "Start empty" },
            ]}
          />
          <ErrorAlert error={create.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending} disabled={title.trim() === ""}>
              Create the flow
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
