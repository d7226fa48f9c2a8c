import { Button, Text } from "@mantine/core";
import type { RouterOutputs } from "../../../api.ts";
import { LinkAnchor } from "../../../ui/links.tsx";
import { Mono } from "../../../ui/mono.tsx";
import { senderWords } from "../../../ui/sender-words.ts";
import { Time } from "../../../ui/time.tsx";
import { visibleText } from "../../../ui/visible-text.ts";

type Replay = Extract<RouterOutputs["flows"]["replay"], { kind: "ran" }>;

type Props = { readonly result: Replay; readonly onTry: (messageId: string) => void };

/** "3 of 100 would end otherwise", grouped by what changes. */
export const ReplayResult = ({ result, onTry }: Props) => {
  const { same, skipped, changed } = result;
  const total = same + changed.length;
  const groups = Map.groupBy(changed, ({ before, after }) => `${before} → ${after}`);
  if (total + skipped === 0) {
    return (
      <Text size="sm" c="dimmed">
        This flow has not judged any mail yet: there is nothing to replay.
      </Text>
    );
  }
  return (
    <>
      <Text fw={600} size="sm">
        {changed.length === 0
          ? `All ${total} end as they did.`
          : `${changed.length} of ${total} would end otherwise.`}
      </Text>
      {skipped > 0 && (
        <Text size="xs" c="dimmed">
          {`${skipped} could not be replayed: their content is not stored any more, or time was over.`}
        </Text>
      )}
      {[...groups].map(([words, rows]) => (
        <section key={words} aria-label={words}>
          <Text size="sm" mt="xs" style={{ overflowWrap: "anywhere" }}>
            <strong>{rows.length}</strong>: <Mono>{visibleText(words)}</Mono>
          </Text>
          <ul className="replay-rows">
            {rows.map(({ messageId, at, sender, recipient, subject }, index) => (
              <li key={`${messageId} ${index}`}>
                <LinkAnchor to="/mail/m/$id" params={{ id: messageId }} search={{}} size="sm">
                  <Time at={at} />
                </LinkAnchor>
                <span>
                  {`${senderWords(sender)} → ${visibleText(recipient ?? "nobody")}`}
                  {subject !== "" && ` · ${visibleText(subject)}`}
                </span>
                <Button size="compact-xs" variant="default" onClick={() => onTry(messageId)}>
                  Show its way
                </Button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
};
