import { Stack, Text } from "@mantine/core";
import type { FlowNode } from "@sluice/flow-schema";
import { useQuery } from "@tanstack/react-query";
import { use } from "react";
import { trpc } from "../../../api.ts";
import { ErrorAlert } from "../../../ui/error-alert.tsx";
import { LinkAnchor } from "../../../ui/links.tsx";
import { Loading } from "../../../ui/loading.tsx";
import { Mono } from "../../../ui/mono.tsx";
import { Time } from "../../../ui/time.tsx";
import { visibleText } from "../../../ui/visible-text.ts";
import { faceOf } from "../editor-context.tsx";
import { FlowIdContext } from "../flow-id.ts";

type Props = { readonly id: string; readonly node: FlowNode };

/** The latest messages that came to this block, each with the way to its trace. */
export const PastTab = ({ id, node }: Props) => {
  const flow = use(FlowIdContext);
  const { data, error } = useQuery({
    ...trpc.flows.passed.queryOptions({ flow, node: id }),
    refetchInterval: 15_000,
  });
  const { outcomes } = faceOf(node);
  const wordsOf = (outcome: string | null): string =>
    outcome === null
      ? "Ended here"
      : (outcomes.find((each) => each.id === outcome)?.words ?? outcome);
  return (
    <Stack gap="sm">
      <Text size="xs" c="dimmed">
        Messages that came to this block, newest first. A link opens the whole way of one.
      </Text>
      <ErrorAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          No run of the live flow came to this block lately.
        </Text>
      )}
      <ol className="past-runs" aria-label="Runs through this block">
        {data?.map(({ messageId, at, recipient, outcome, ending, revision }, index) => (
          <li key={`${messageId} ${index}`}>
            <LinkAnchor to="/mail/m/$id" params={{ id: messageId }} search={{}} size="sm">
              <Time at={at} form="short" />
            </LinkAnchor>
            <Text size="sm" component="span">
              {wordsOf(outcome)}
            </Text>
            {recipient !== null && (
              <Text size="xs" component="span" className="past-recipient">
                <Mono>{visibleText(recipient)}</Mono>
              </Text>
            )}
            <Text size="xs" c="dimmed" component="span">
              {`${visibleText(ending)} · revision ${revision}`}
            </Text>
          </li>
        ))}
      </ol>
    </Stack>
  );
};
