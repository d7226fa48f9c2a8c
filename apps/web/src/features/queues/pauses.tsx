/** What is paused, by whom and since when, with a way to go on; and a way to pause everything. */
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, type RouterInputs, type RouterOutputs, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Time } from "../../ui/time.tsx";

type Pause = RouterOutputs["queue"]["pauses"][number];
export type Target = RouterInputs["queue"]["pause"];

const inputOf = ({ target }: Pause): Target => {
  switch (target.kind) {
    case "all":
      return { all: true };
    case "transport":
      return { transport: target.transport };
    case "destination":
      return { destination: target.destination };
    default:
      return target satisfies never;
  }
};

const wordsOf = ({ target }: Pause): string => {
  switch (target.kind) {
    case "all":
      return "All delivery is paused";
    case "transport":
      return `Transport ${target.transport} is paused`;
    case "destination":
      return `Next hop ${target.destination} is paused`;
    default:
      return target satisfies never;
  }
};

export const usePause = (onDone: () => void) =>
  useMutation({
    mutationFn: ({ target, go }: { target: Target; go: boolean }) =>
      go ? api.queue.resume.mutate(target) : api.queue.pause.mutate(target),
    onSuccess: (_, { go }) => {
      announce(go ? "Delivery goes on." : "Delivery is paused.");
      onDone();
    },
  });

export const Pauses = ({ onDone }: { readonly onDone: () => void }) => {
  const mayOperate = useMay("operate");
  const { data: pauses = [] } = useQuery({
    ...trpc.queue.pauses.queryOptions(),
    refetchInterval: 10_000,
  });
  const change = usePause(onDone);
  if (pauses.length === 0) return null;
  return (
    <Alert
      color="yellow"
      variant="light"
      title="Mail is taken, and waits"
      style={{ flexShrink: 0 }}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Stack gap={6}>
        {pauses.map((pause) => (
          <Group key={wordsOf(pause)} justify="space-between" gap="xs">
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              {wordsOf(pause)}, by {pause.by}, <Time at={pause.since} form="relative" />
            </Text>
            {mayOperate && (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconPlayerPlay size={14} />}
                loading={change.isPending}
                onClick={() => change.mutate({ target: inputOf(pause), go: true })}
              >
                Resume
              </Button>
            )}
          </Group>
        ))}
        <ErrorAlert error={change.error} />
      </Stack>
    </Alert>
  );
};

export const PauseEverything = ({ onDone }: { readonly onDone: () => void }) => {
  const mayOperate = useMay("operate");
  const { data: pauses = [] } = useQuery(trpc.queue.pauses.queryOptions());
  const change = usePause(onDone);
  if (!mayOperate || pauses.some(({ target }) => target.kind === "all")) return null;
  return (
    <Button
      variant="default"
      leftSection={<IconPlayerPause size={16} />}
      loading={change.isPending}
      onClick={() => change.mutate({ target: { all: true }, go: false })}
    >
      Pause all delivery
    </Button>
  );
};
