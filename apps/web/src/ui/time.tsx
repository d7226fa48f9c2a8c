import { Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const ofThisYear = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
/** In a table: a year that everybody knows is left out. */
const short = {
  format: (at: Date): string =>
    (at.getFullYear() === new Date().getFullYear() ? ofThisYear : absolute).format(at),
};
const exact = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const exactDay = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const clockOnly = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });

const steps: readonly (readonly [
  limit: number,
  size: number,
  unit: Intl.RelativeTimeFormatUnit,
])[] = [
  [45, 1, "second"],
  [45 * 60, 60, "minute"],
  [22 * 3600, 3600, "hour"],
  [60 * 86_400, 86_400, "day"],
  [320 * 86_400, 30 * 86_400, "month"],
  [Number.POSITIVE_INFINITY, 365 * 86_400, "year"],
];

/** "5 min. ago", "in 2 hr." */
export const relativeTime = (at: Date, now: Date): string => {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const [, size, unit] = steps.find(([limit]) => Math.abs(seconds) < limit) ?? [
    0,
    1,
    "second" as const,
  ];
  return relative.format(Math.round(seconds / size), unit);
};

/** Hours and minutes of today. */
export const clockTime = (at: Date): string => clockOnly.format(at);

const formats = {
  absolute,
  short,
  clock: clockOnly,
  exact,
  "exact-day": exactDay,
} as const;

type Props = {
  /** ISO text, as the API gives it. */
  readonly at: string;
  /** Exact: time of day with thousandths. Short: for tables. Default: date and time in the reader's zone. */
  readonly form?: keyof typeof formats | "relative";
};

/** A time in the reader's zone; exact UTC on hover and for machines. */
export const Time = ({ at, form = "absolute" }: Props) => {
  const date = new Date(at);
  const now = useNow(form === "relative");
  const text = form === "relative" ? relativeTime(date, now) : formats[form].format(date);
  return (
    <Tooltip label={date.toISOString().replace("T", " ").replace("Z", " UTC")}>
      <time dateTime={at}>{text}</time>
    </Tooltip>
  );
};

const useNow = (ticks: boolean): Date => {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!ticks) return undefined;
    const timer = setInterval(() => setNow(new Date()), 30_000);
    return () => clearInterval(timer);
  }, [ticks]);
  return now;
};

/** "850 µs", "12 ms", "3.4 s" */
export const duration = (microseconds: number): string => {
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  if (microseconds < 1_000_000)
    return `${(microseconds / 1000).toFixed(microseconds < 10_000 ? 1 : 0)} ms`;
  return `${(microseconds / 1_000_000).toFixed(1)} s`;
};
