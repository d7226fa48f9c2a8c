/** The letters of strftime and strptime. Names are English, as in RFC 5322 dates. */

export const dayNames = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
];
export const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Minutes east of UTC at a moment, as this machine's clock is set. */
export const localOffset = (seconds: number): number =>
  -new Date(seconds * 1000).getTimezoneOffset() || 0;

/** Formats that stand for several others. */
export const compositeFormats: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  h: "%b",
  r: "%I:%M:%S %p",
  R: "%H:%M",
  T: "%H:%M:%S",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
};

const pad = (value: number, width: number, fill = "0"): string =>
  String(value).padStart(width, fill);

const dayMilliseconds = 86_400_000;

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMilliseconds);

/** ISO 8601 §3.2.2: week 1 is the one with the first Thursday. */
const isoWeek = (date: Date): { year: number; week: number } => {
  const weekday = (date.getUTCDay() + 6) % 7;
  const thursday = new Date(date.getTime() + (3 - weekday) * dayMilliseconds);
  return { year: thursday.getUTCFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
};

const week = (date: Date, firstDay: number): number =>
  Math.floor((dayOfYear(date) + 7 - ((date.getUTCDay() - firstDay + 7) % 7)) / 7);

const hour12 = (date: Date): number => date.getUTCHours() % 12 || 12;

type Letter = (date: Date, seconds: number, offset: number) => string;

const letters: Readonly<Record<string, Letter>> = {
  a: (date) => (dayNames[date.getUTCDay()] ?? "").slice(0, 3),
  A: (date) => dayNames[date.getUTCDay()] ?? "",
  b: (date) => (monthNames[date.getUTCMonth()] ?? "").slice(0, 3),
  B: (date) => monthNames[date.getUTCMonth()] ?? "",
  C: (date) => pad(Math.floor(date.getUTCFullYear() / 100), 2),
  d: (date) => pad(date.getUTCDate(), 2),
  e: (date) => pad(date.getUTCDate(), 2, " "),
  g: (date) => pad(isoWeek(date).year % 100, 2),
  G: (date) => pad(isoWeek(date).year, 4),
  H: (date) => pad(date.getUTCHours(), 2),
  I: (date) => pad(hour12(date), 2),
  j: (date) => pad(dayOfYear(date) + 1, 3),
  k: (date) => pad(date.getUTCHours(), 2, " "),
  l: (date) => pad(hour12(date), 2, " "),
  m: (date) => pad(date.getUTCMonth() + 1, 2),
  M: (date) => pad(date.getUTCMinutes(), 2),
  n: () => "\n",
  p: (date) => (date.getUTCHours() < 12 ? "AM" : "PM"),
  P: (date) => (date.getUTCHours() < 12 ? "am" : "pm"),
  s: (_, seconds) => String(Math.floor(seconds)),
  S: (date) => pad(date.getUTCSeconds(), 2),
  t: () => "\t",
  u: (date) => String(date.getUTCDay() || 7),
  U: (date) => pad(week(date, 0), 2),
  V: (date) => pad(isoWeek(date).week, 2),
  w: (date) => String(date.getUTCDay()),
  W: (date) => pad(week(date, 1), 2),
  y: (date) => pad(date.getUTCFullYear() % 100, 2),
  Y: (date) => pad(date.getUTCFullYear(), 4),
  z: (_date, _seconds, offset) => zone(offset),
  Z: (_date, _seconds, offset) => (offset === 0 ? "UTC" : zone(offset)),
  "%": () => "%",
};

const zone = (offset: number): string => {
  const minutes = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60), 2)}${pad(minutes % 60, 2)}`;
};

/** Formats a moment as the clock shows it `offset` minutes east of UTC. An unknown letter stays as it is. */
export const formatTime = (format: string, seconds: number, offset: number): string => {
  const date = new Date(seconds * 1000 + offset * 60_000);
  const write = (text: string): string =>
    text.replace(/%([A-Za-z%])/g, (whole, letter: string) => {
      const composite = compositeFormats[letter];
      if (composite !== undefined) return write(composite);
      const one = Object.hasOwn(letters, letter) ? letters[letter] : undefined;
      return one === undefined ? whole : one(date, seconds, offset);
    });
  return write(format);
};
