import { Text } from "@mantine/core";
import { Mono } from "../../ui/mono.tsx";
import { Time } from "../../ui/time.tsx";
import { toneLooks } from "../../ui/tone.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import type { MessageEvent } from "../flow-editor/trace/trace-types.ts";
import { detailWords, eventWords } from "./event-words.ts";
import "./event-list.css";

type Props = {
  readonly events: readonly MessageEvent[];
  readonly label: string;
  readonly none: string;
};

/** What happened, in order: time, words, to whom, and how it was answered. */
export const EventList = ({ events, label, none }: Props) => {
  if (events.length === 0) {
    return (
      <Text c="dimmed" size="sm">
        {none}
      </Text>
    );
  }
  return (
    <ol className="event-list" aria-label={label}>
      {events.map((event, index) => {
        const { words, tone } = eventWords(event.kind);
        return (
          <li key={`${event.at} ${event.kind} ${index}`}>
            <span className="event-mark" style={{ color: toneLooks[tone].colour }} aria-hidden>
              {toneLooks[tone].glyph}
            </span>
            <div>
              <span className="event-head">
                <strong>{words}</strong>
                {event.recipient !== null && <Mono>{visibleText(event.recipient)}</Mono>}
                <span className="event-time">
                  <Time
                    at={event.at}
                    form={isSameDay(events[0]?.at, event.at) ? "exact" : "exact-day"}
                  />
                </span>
              </span>
              {detailWords(event.detail).map(([name, value]) => (
                <span key={name} className="event-detail">
                  {name} <Mono>{visibleText(value)}</Mono>
                </span>
              ))}
            </div>
          </li>
        );
      })}
    </ol>
  );
};

/** Attempts go on for days: then the day is said too. */
const isSameDay = (first: string | undefined, at: string): boolean =>
  first === undefined || new Date(first).toDateString() === new Date(at).toDateString();
