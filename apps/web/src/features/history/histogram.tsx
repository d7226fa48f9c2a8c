/** What the query finds over time; a bar leads to its part of the list. */
import { Group, SegmentedControl, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import type { KeyboardEvent } from "react";
import { trpc } from "../../api.ts";
import { Bar, stepFormat } from "../overview/traffic.tsx";
import { withTerm } from "./with-term.ts";
import "./histogram.css";

type Span = "1h" | "24h" | "7d";

export const Histogram = ({
  query,
  onSearch,
}: {
  readonly query: string;
  readonly onSearch: (query: string) => void;
}) => {
  const [span, setSpan] = useLocalStorage<Span>({
    key: "sluice-history-span",
    defaultValue: "24h",
  });
  const { data, isError } = useQuery({
    ...trpc.history.histogram.queryOptions({ query, span }),
    refetchInterval: 30_000,
    placeholderData: (before) => before,
  });
  if (isError) return null; // the list below says what is wrong
  const steps = data ?? [];
  const counts = steps.map(({ outcomes }) => sum(outcomes));
  const total = counts.reduce((all, count) => all + count, 0);
  const most = Math.max(1, ...counts);
  const format = stepFormat(span);
  return (
    <section aria-label="What the query finds over time">
      <Group justify="space-between" align="flex-end" gap="xs" mb={4}>
        <Text size="xs" c="dimmed">
          {data === undefined
            ? "Counting"
            : `${total.toLocaleString()} in this time. A bar narrows the list to its time.`}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label="Span of time"
          value={span}
          data={[
            { value: "1h", label: "1 hour" },
            { value: "24h", label: "24 hours" },
            { value: "7d", label: "7 days" },
          ]}
          onChange={(value) => setSpan(value as Span)} // one of the three
        />
      </Group>
      <div className="histogram" role="toolbar" aria-label="Steps of time" onKeyDown={walkBars}>
        {steps.map(({ at, outcomes }, index) => {
          const next = steps[index + 1]?.at;
          return (
            <button
              key={at}
              type="button"
              tabIndex={index === steps.length - 1 ? 0 : -1}
              title={`${format.format(new Date(at))}: ${sum(outcomes)}`}
              aria-label={`${format.format(new Date(at))}: ${sum(outcomes)} messages`}
              onClick={() => {
                const since = withTerm(query, "after", short(at));
                onSearch(next === undefined ? since : withTerm(since, "before", short(next)));
              }}
            >
              <Bar outcomes={outcomes} most={most} height={44} />
            </button>
          );
        })}
      </div>
    </section>
  );
};

const sum = (outcomes: Readonly<Record<string, number>>): number =>
  Object.values(outcomes).reduce((all, count) => all + count, 0);

/** One tab stop; arrows walk from bar to bar. */
const walkBars = (event: KeyboardEvent): void => {
  const bar = document.activeElement;
  const next =
    event.key === "ArrowLeft"
      ? bar?.previousElementSibling
      : event.key === "ArrowRight"
        ? bar?.nextElementSibling
        : null;
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
};

/** The search language takes a moment without fractions. */
const short = (iso: string): string => iso.replace(/\.\d+Z$/, "Z");
