/** A place to try the language: runs a script without effects, with made-up variables or with a message of history. */
import {
  Alert,
  Button,
  Code,
  Group,
  Input,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { type FlowKind, flowKindDefinitions, flowKinds } from "@sluice/flow-schema";
import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { api, type RouterOutputs } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { readVariables } from "./read-variables.ts";

const ScriptEditor = lazy(async () => ({
  default: (await import("../flow-editor/script-view/script-editor.tsx")).ScriptEditor,
}));

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

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
    onSuccess: (result) => announce(endingWords(result)),
  });
  return (
    <Page
      title="Scripting console"
      description="Tries a script without effects: nothing is delivered, stored or counted."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (read.ok && !isIdWrong) run.mutate(read.variables);
        }}
      >
        <Stack maw={900}>
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
              />
            </Suspense>
          </Input.Wrapper>
          <Textarea
            label="Variables"
            description="What the script finds, one on each line: senderip = 192.0.2.1"
            autosize
            minRows={2}
            maxRows={10}
            spellCheck={false}
            value={variables}
            error={read.ok ? null : read.message}
            onChange={(event) => setVariables(event.currentTarget.value)}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
          <TextInput
            label="Message id"
            description="The script then sees that message, as long as it is stored here. Empty: none."
            value={messageId}
            error={isIdWrong ? "A message id has 36 characters, as history shows it." : null}
            onChange={(event) => setMessageId(event.currentTarget.value)}
          />
          <Group>
            <Button
              type="submit"
              loading={run.isPending}
              disabled={!mayEdit || script.trim() === "" || !read.ok || isIdWrong}
            >
              Run without effects
            </Button>
            {!mayEdit && (
              <Text size="sm" c="dimmed">
                Your role may read scripts but not run them.
              </Text>
            )}
          </Group>
          <ErrorAlert error={run.error} />
          {run.data !== undefined && <Result result={run.data} />}
        </Stack>
      </form>
    </Page>
  );
};

type Run = RouterOutputs["scripting"]["run"];

const endingWords = ({ verdict, diagnostics }: Run): string => {
  if (diagnostics.some(({ severity }) => severity === "error")) return "The script failed.";
  if (verdict === null) return "The script ended without an action.";
  const argument = verdict.text ?? verdict.arg;
  return `The script ended with ${verdict.action}${argument === undefined ? "" : `: ${argument}`}`;
};

const Result = ({ result }: { readonly result: Run }) => {
  const { log } = result;
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  return (
    <section aria-label="Result">
      <Stack gap="sm">
        {errors.length === 0 && <Text>{endingWords(result)}</Text>}
        {errors.map(({ line, column, message }) => (
          <Alert
            key={`${line}:${column}:${message}`}
            color="red"
            variant="light"
            title={`Line ${line}, column ${column}`}
            role="alert"
          >
            {message}
          </Alert>
        ))}
        {log.length === 0 ? (
          <Text size="sm" c="dimmed">
            It wrote nothing to the log.
          </Text>
        ) : (
          <Code block tabIndex={0} aria-label="What it wrote to the log">
            {log.map(visibleText).join("\n")}
          </Code>
        )}
      </Stack>
    </section>
  );
};
