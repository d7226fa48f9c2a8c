/** A job on the server: how far it is, and a way to stop it. */
import { Alert, Button, Group, Progress, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, type RouterOutputs, trpc } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";

const words = { running: "Under way", done: "Done", stopped: "Stopped", failed: "Failed" } as const;

const whyOf = ({ reasons }: RouterOutputs["queue"]["job"]): string =>
  reasons.length === 0
    ? ""
    : ` (${reasons.map(({ why, count }) => `${count.toLocaleString()} ${why}`).join(", ")})`;

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
  const list = useMutation({
    mutationFn: () => api.queue.leftAlone.mutate({ id }),
    onSuccess: ({ path }) => window.location.assign(path),
  });
  const isOver = job !== undefined && job.state !== "running";
  const waits = job !== undefined && !isOver && job.beginsAt !== null;
  useEffect(() => {
    if (!isOver) return;
    announce("The job is over.");
    onDone();
  }, [isOver]);
  if (job === undefined) return null;
  const handled = job.done + job.skipped;
  const notReached = isOver ? job.total - handled : 0;
  return (
    <Alert
      color={job.state === "failed" ? "red" : "blue"}
      variant="light"
      style={{ flexShrink: 0 }}
      title={`${job.title}: ${waits ? "Begins in a few seconds" : words[job.state]}`}
    >
      <Group justify="space-between">
        <Text size="sm">
          {!isOver && job.total === 0
            ? "Looking for the entries"
            : waits
              ? `${job.total.toLocaleString()} found, nothing is done yet`
              : `${job.done.toLocaleString()} of ${job.total.toLocaleString()} done`}
          {job.skipped > 0 && `, ${job.skipped.toLocaleString()} left alone${whyOf(job)}`}
          {notReached > 0 && `, ${notReached.toLocaleString()} not reached`}
          {job.error !== null && `. ${job.error}`}
        </Text>
        {isOver ? (
          <Group gap="xs">
            {job.reasons.length > 0 && (
              <Button
                size="compact-sm"
                variant="default"
                loading={list.isPending}
                onClick={() => list.mutate()}
              >
                List of those left alone
              </Button>
            )}
            <Button size="compact-sm" variant="default" onClick={onClose}>
              Close
            </Button>
          </Group>
        ) : (
          <Button
            size="compact-sm"
            variant="default"
            loading={stop.isPending}
            onClick={() => stop.mutate()}
          >
            {waits ? "Undo" : "Stop"}
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
      <ErrorAlert error={stop.error ?? list.error} />
    </Alert>
  );
};
