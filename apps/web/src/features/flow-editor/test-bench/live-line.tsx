/** What the revision in force does with the same message, beside what the draft does. */
import { Text } from "@mantine/core";
import { visibleText } from "../../../ui/visible-text.ts";
import type { FlowTrace } from "../trace/trace-types.ts";

/** "Ends at “Hold” with Quarantine": the block and the action; the words of the action stand below the steps. */
export const endingWords = ({ steps, ending }: Pick<FlowTrace, "steps" | "ending">): string => {
  const title = steps.at(-1)?.title;
  const [action = ""] = ending.split("(");
  const text = /^\w+\("([^"]*)"\)$/.exec(ending)?.[1];
  const said = text === undefined ? "" : `: ${visibleText(text)}`;
  return `Ends${title === undefined ? "" : ` at “${visibleText(title)}”`} with ${visibleText(action)}${said}`;
};

export const LiveLine = ({
  draft,
  live,
}: {
  readonly draft: FlowTrace;
  readonly live: FlowTrace | null;
}) => {
  if (live === null) {
    return (
      <Text size="xs" c="dimmed">
        The live revision has no such flow.
      </Text>
    );
  }
  const isSame = live.ending === draft.ending;
  return (
    <Text size="xs" c={isSame ? "dimmed" : "var(--severity-warning)"}>
      {isSame
        ? `Live, revision ${live.revision}, ends the same.`
        : `Live, revision ${live.revision}: ${endingWords(live)}.`}
    </Text>
  );
};
