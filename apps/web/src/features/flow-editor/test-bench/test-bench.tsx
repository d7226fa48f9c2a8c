/**
 * A draft tried on real mail before it is published: one message of history, or one
 * that is pasted, with its way drawn on the canvas; or the latest mail that the flow
 * has judged, to see what would end otherwise. Nothing happens to any mail.
 */
import { Alert, Button, Group, Select, Text } from "@mantine/core";
import { IconPlayerPlay, IconRepeat } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type KeyboardEvent, use, useState } from "react";
import { api, type RouterOutputs } from "../../../api.ts";
import { announce } from "../../../ui/announce.tsx";
import { ErrorAlert } from "../../../ui/error-alert.tsx";
import { useDraft, useEditor, useEditorStore } from "../editor-context.tsx";
import { FlowIdContext } from "../flow-id.ts";
import { StepList } from "../trace/step-list.tsx";
import { stepAfterKey } from "../trace/trace-steps.ts";
import { type BenchInput, emptyInput, factsOf, toBase64 } from "./bench-input.ts";
import { endingWords, LiveLine } from "./live-line.tsx";
import { ReplayResult } from "./replay-result.tsx";
import { SourceFields } from "./source-fields.tsx";
import "./test-bench.css";

export type Trial = RouterOutputs["flows"]["tryOut"];

const contentWords = {
  stored: "The flow saw the message as it is stored.",
  given: "The flow saw the message you gave.",
  sample: "The message itself is not stored any more, so the flow saw a short sample of it.",
} as const;

export const TestBench = () => {
  const store = useEditorStore();
  const { flow } = useDraft();
  const id = use(FlowIdContext);
  const given = useEditor((state) => state.trialMessage);
  const trial = useEditor((state) => state.trial);
  const [input, setInput] = useState<BenchInput>({ ...emptyInput, messageId: given });
  const [count, setCount] = useState("100");
  const tryOut = useMutation({
    mutationFn: (messageId: string | null) =>
      api.flows.tryOut.mutate({
        flow: id,
        body: flow,
        messageId,
        content: input.source === "given" ? toBase64(input.text) : null,
        facts: factsOf(input),
      }),
    onSuccess: (result) => {
      if (result.kind !== "ran") return;
      const { trace } = result;
      store.getState().set({ trial: { flow, trace, step: Math.max(0, trace.steps.length - 1) } });
      announce(`The flow ended with ${trace.ending} after ${trace.steps.length} steps.`);
    },
  });
  const replay = useMutation({
    mutationFn: () => api.flows.replay.mutate({ flow: id, body: flow, count: Number(count) }),
    onSuccess: (result) => {
      if (result.kind === "ran") announce(`${result.changed.length} would end otherwise.`);
    },
  });
  const messageId = input.source === "history" ? input.messageId : null;
  const isReady = input.source !== "history" || messageId !== null;
  const run = (): void => {
    replay.reset();
    tryOut.mutate(messageId);
  };
  const show = (step: number): void => {
    const { trial: current } = store.getState();
    if (current !== null) store.getState().set({ trial: { ...current, step } });
  };
  const onSteps = (event: KeyboardEvent): void => {
    const { trial: current } = store.getState();
    if (current === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = stepAfterKey(event.key, current.step, current.trace.steps.length);
    if (next === null) return;
    event.preventDefault();
    show(next);
  };
  const isOld = trial !== null && trial.flow !== flow;
  return (
    <div className="bench">
      <form
        className="bench-input"
        aria-label="What the flow is tried on"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) run();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && isReady) {
            event.preventDefault();
            run();
          }
        }}
      >
        <SourceFields kind={flow.kind} input={input} onChange={setInput} />
        <Group gap="xs">
          <Button
            type="submit"
            size="xs"
            leftSection={<IconPlayerPlay size={14} />}
            loading={tryOut.isPending}
            disabled={!isReady}
          >
            Try the flow
          </Button>
          <Group gap={4} wrap="nowrap">
            <Button
              size="xs"
              variant="default"
              leftSection={<IconRepeat size={14} />}
              loading={replay.isPending}
              onClick={() => {
                tryOut.reset();
                store.getState().set({ trial: null });
                replay.mutate();
              }}
            >
              Replay the latest
            </Button>
            <Select
              size="xs"
              w={76}
              aria-label="How many messages to replay"
              data={["20", "100", "500"]}
              value={count}
              allowDeselect={false}
              onChange={(value) => setCount(value ?? "100")}
            />
          </Group>
        </Group>
        <Text size="xs" c="dimmed">
          Look-ups are really asked. Nothing is delivered, held, counted or stored.
        </Text>
      </form>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the list inside has the focus */}
      <div className="bench-result" onKeyDown={onSteps}>
        <ErrorAlert error={tryOut.error ?? replay.error} />
        {[tryOut.data, replay.data].map(
          (result) =>
            result?.kind === "problems" && (
              <Alert key="problems" color="red" p="xs" title="The flow does not compile">
                {result.problems.map(({ message }) => message).join(" ")}
              </Alert>
            ),
        )}
        {replay.data?.kind === "ran" && (
          <ReplayResult
            result={replay.data}
            onTry={(messageIdOfRow) => {
              setInput({ ...emptyInput, messageId: messageIdOfRow });
              replay.reset();
              tryOut.mutate(messageIdOfRow);
            }}
          />
        )}
        {tryOut.data?.kind === "ran" && trial !== null && (
          <>
            <Group justify="space-between" align="flex-start" wrap="nowrap" mb={4}>
              <div>
                <Text fw={600} size="sm">
                  {endingWords(trial.trace)}
                </Text>
                <LiveLine draft={trial.trace} live={tryOut.data.live} />
              </div>
              <Button
                size="compact-xs"
                variant="subtle"
                onClick={() => {
                  tryOut.reset();
                  store.getState().set({ trial: null });
                }}
              >
                Clear
              </Button>
            </Group>
            {trial.trace.error !== null && (
              <Alert color="red" p="xs" mb="xs">
                {trial.trace.error.message}
              </Alert>
            )}
            {isOld && (
              <Text size="xs" c="var(--severity-warning)">
                The flow was changed since: try it again.
              </Text>
            )}
            {flow.kind === "content" && (
              <Text size="xs" c="dimmed">
                {contentWords[tryOut.data.content]}
              </Text>
            )}
            <StepList trace={trial.trace} flow={trial.flow} step={trial.step} onStep={show} />
          </>
        )}
        {tryOut.data === undefined && replay.data === undefined && (
          <Text size="sm" c="dimmed">
            The way a message takes appears here and on the canvas.
          </Text>
        )}
      </div>
    </div>
  );
};
