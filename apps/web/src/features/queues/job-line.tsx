/** A job on the server: how far it is, and a way to stop it. */
import { Alert, Button, Group, Progress, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, trpc } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";

const words = { running: "Under way", done: "Done", stopped: "Stopped", failed: "Failed" } as const;

export const JobLine = ({
  id,
  onDone,
  onClose,
}: {
  readonly id: string;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) => {
  const { data: job } = useQuery({
    ...trpc.queue.job.queryOptions({ id }),
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.state === "running" ? 500 : false,
  });
  const stop = useMutation({ mutationFn: () => api.queue.stopJob.mutate({ id }) });
  const isOver = job !== undefined && job.state !== "running";
  useEffect(() => {
    if (!isOver) return;
    announce("The job is over.");
    onDone();
  }, [isOver]);
  if (job === undefined) return null;
  const handled = job.done + job.skipped;
  return (
    <Alert
      color={job.state === "failed" ? "red" : "blue"}
      variant="light"
      title={`${job.title}: ${words[job.state]}`}
    >
      <Group justify="space-between">
        <Text size="sm">
          {`${job.done.toLocaleString()} of ${job.total.toLocaleString()} done`}
          {job.skipped > 0 &&
            `, ${job.skipped.toLocaleString()} left alone (gone, or being delivered)`}
          {job.error !== null && `. ${job.error}`}
        </Text>
        {isOver ? (
          <Button size="compact-sm" variant="default" onClick={onClose}>
            Close
          </Button>
        ) : (
          <Button
            size="compact-sm"
            variant="default"
            loading={stop.isPending}
            onClick={() => stop.mutate()}
          >
            Stop
          </Button>
        )}
      </Group>
      {!isOver && (
        <Progress
          mt="xs"
          aria-label="Progress"
          value={job.total === 0 ? 0 : (handled / job.total) * 100}
        />
      )}
    </Alert>
  );
};
