import { Alert, Code, Stack, Text } from "@mantine/core";
import { visibleText } from "../../ui/visible-text.ts";
import { endingWords, errorsOf, type ScriptRun } from "./console-history.ts";

/** What came of one run: how it ended, what was wrong, what it wrote. */
export const RunResult = ({ run }: { readonly run: ScriptRun }) => {
  const errors = errorsOf(run);
  return (
    <Stack gap="sm">
      {errors.length === 0 && <Text>{visibleText(endingWords(run))}</Text>}
      {errors.length > 0 && (
        <Alert color="red" variant="light" title={endingWords(run)} role="alert">
          <Stack gap={6}>
            {errors.map(({ line, column, message }) => (
              <div key={`${line}:${column}:${message}`}>
                <Text size="sm" fw={600} span>
                  Line {line}, column {column}:
                </Text>{" "}
                {visibleText(message)}
              </div>
            ))}
          </Stack>
        </Alert>
      )}
      {run.log.length === 0 ? (
        <Text size="sm" c="dimmed">
          It wrote nothing to the log.
        </Text>
      ) : (
        <Code block tabIndex={0} aria-label="What it wrote to the log" mah={320}>
          {run.log.map(visibleText).join("\n")}
        </Code>
      )}
    </Stack>
  );
};
