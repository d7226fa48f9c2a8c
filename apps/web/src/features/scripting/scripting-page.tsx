/**
 * A place to try the language: runs a script without effects, with made-up variables
 * or with a stored message, and remembers what was tried.
 */
import { Button, Group, Input, Kbd, Select, Stack, Text, Textarea } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { type FlowKind, flowKindDefinitions, flowKinds } from "@sluice/flow-schema";
import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense, useRef, useState } from "react";
import { api } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import {
  type ConsoleEntry,
  earlierTexts,
  endingWords,
  entryKey,
  withEntry,
} from "./console-history.ts";
import { readVariables } from "./read-variables.ts";
import { RunHistory } from "./run-history.tsx";
import { RunResult } from "./run-result.tsx";
import "./scripting.css";
import { StoredMessageInput } from "./stored-message-input.tsx";

const ScriptEditor = lazy(async () => ({
  default: (await import("../flow-editor/script-view/script-editor.tsx")).ScriptEditor,
}));

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const noHistory: readonly ConsoleEntry[] = [];

export const ScriptingPage = () => {
  const mayEdit = useMay("edit");
  const [kind, setKind] = useLocalStorage<FlowKind>({
    key: "sluice-console-kind",
    defaultValue: "recipient",
  });
  const [script, setScript] = useLocalStorage({ key: "sluice-console-script", defaultValue: "" });
  const [variables, setVariables] = useLocalStorage({
    key: "sluice-console-variables",
    defaultValue: "",
  });
  const [messageId, setMessageId] = useLocalStorage({
    key: "sluice-console-message",
    defaultValue: "",
  });
  const [history, setHistory] = useLocalStorage<readonly ConsoleEntry[]>({
    key: "sluice-console-history",
    defaultValue: noHistory,
  });
  const top = useRef<HTMLDivElement>(null);
  const [compareWith, setCompareWith] = useState<string | null>(null);
  const read = readVariables(variables);
  const isIdWrong = messageId.trim() !== "" && !uuid.test(messageId.trim());
  const run = useMutation({
    mutationFn: (given: Readonly<Record<string, unknown>>) =>
      api.scripting.run.mutate({
        flowKind: kind,
        script,
        messageId: messageId.trim() === "" ? null : messageId.trim(),
        variables: given,
      }),
    onSuccess: (result) => {
      announce(endingWords(result));
      const entry = { at: new Date().toISOString(), kind, script, run: result };
      setHistory((before) => withEntry(before, entry));
    },
  });
  const canRun = mayEdit && script.trim() !== "" && read.ok && !isIdWrong && !run.isPending;
  const start = (): void => {
    if (canRun && read.ok) run.mutate(read.variables);
  };
  return (
    <Page
      title="Scripting console"
      description="Tries a script without effects: nothing is delivered, stored or counted."
    >
      <form
        className="scripting"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
        onKeyDownCapture={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          event.stopPropagation(); // the editor would begin a line
          start();
        }}
      >
        <Stack className="scripting-editor" ref={top}>
          <Input.Wrapper label="Script" labelElement="div">
            <Suspense fallback={<Loading />}>
              <ScriptEditor
                key={kind}
                flow={kind}
                label="Script"
                value={script}
                onChange={setScript}
                isExpression={false}
                readOnly={false}
                placeholder="echo $senderip;"
                comparison={
                  history.length === 0
                    ? undefined
                    : {
                        chosen: compareWith,
                        onChoose: setCompareWith,
                        versions: earlierTexts(history),
                      }
                }
              />
            </Suspense>
          </Input.Wrapper>
          <Group>
            <Button type="submit" loading={run.isPending} disabled={!canRun}>
              Run without effects
            </Button>
            {mayEdit ? (
              <Text size="sm" c="dimmed" visibleFrom="sm">
                <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
              </Text>
            ) : (
              <Text size="sm" c="dimmed">
                Your role may read scripts but not run them.
              </Text>
            )}
          </Group>
          <ErrorAlert error={run.error} />
          {run.data !== undefined && (
            <section aria-label="Result">
              <RunResult run={run.data} />
            </section>
          )}
        </Stack>
        <Stack className="scripting-facts">
          <Select
            label="Kind of flow"
            description={flowKindDefinitions[kind].summary}
            data={flowKinds.map((value) => ({ value, label: flowKindDefinitions[value].title }))}
            value={kind}
            allowDeselect={false}
            onChange={(value) => {
              const chosen = flowKinds.find((each) => each === value);
              if (chosen !== undefined) setKind(chosen);
            }}
          />
          <Textarea
            label="Variables"
            description="What the script finds, one on each line: senderip = 192.0.2.1"
            autosize
            minRows={3}
            maxRows={12}
            spellCheck={false}
            value={variables}
            error={read.ok ? null : read.message}
            onChange={(event) => setVariables(event.currentTarget.value)}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
          <StoredMessageInput
            value={messageId}
            error={isIdWrong ? "A message id has 36 characters, as history shows it." : null}
            onChange={setMessageId}
          />
        </Stack>
      </form>
      {history.length > 0 && (
        <RunHistory
          history={history}
          onUse={(entry) => {
            setKind(entry.kind);
            setScript(entry.script);
            announce("The script is back in the editor.");
          }}
          onCompare={(entry) => {
            setCompareWith(entryKey(entry));
            top.current?.scrollIntoView({ block: "start" });
            announce("Compared with the script in the editor.");
          }}
          onClear={() => {
            setHistory([]);
            setCompareWith(null);
          }}
        />
      )}
    </Page>
  );
};
