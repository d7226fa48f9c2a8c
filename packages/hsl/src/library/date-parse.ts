import { compositeFormats, dayNames, localOffset, monthNames } from "./date-format.ts";

type Parts = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  afternoon: boolean | undefined;
  dayOfYear: number | undefined;
  /** Minutes east of UTC; `undefined`: the text does not say. */
  offset: number | undefined;
  epoch: number | undefined;
};

type Letter = { readonly shape: RegExp; readonly use: (parts: Parts, text: string) => void };

const digits = (
  most: number,
  least: number,
  greatest: number,
  use: (parts: Parts, value: number) => void,
): Letter => ({
  shape: new RegExp(`[ \\t]*([0-9]{1,${most}})`, "y"),
  use: (parts, text) => {
    const value = Number(text);
    if (value < least || value > greatest) throw new RangeError(text);
    use(parts, value);
  },
});

const names = (list: readonly string[], use: (parts: Parts, index: number) => void): Letter => {
  const all = list.flatMap((name) => [name, name.slice(0, 3)]);
  return {
    shape: new RegExp(`(${all.join("|")})`, "iy"),
    use: (parts, text) =>
      use(
        parts,
        list.findIndex((name) => name.slice(0, 3).toLowerCase() === text.slice(0, 3).toLowerCase()),
      ),
  };
};

const ignore = (): void => undefined;

const hour = (most: number) =>
  digits(2, 0, most, (parts, value) => {
    parts.hour = value;
  });

const zone: Letter = {
  shape: /[ \t]*(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})/y,
  use: (parts, text) => {
    const found = /^([+-])([0-9]{2}):?([0-9]{2})$/.exec(text);
    parts.offset =
      found === null ? 0 : (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]));
  },
};

const letters: Readonly<Record<string, Letter>> = {
  a: names(dayNames, ignore),
  A: names(dayNames, ignore),
  b: names(monthNames, (parts, index) => {
    parts.month = index + 1;
  }),
  B: names(monthNames, (parts, index) => {
    parts.month = index + 1;
  }),
  d: digits(2, 1, 31, (parts, value) => {
    parts.day = value;
  }),
  e: digits(2, 1, 31, (parts, value) => {
    parts.day = value;
  }),
  H: hour(23),
  k: hour(23),
  I: hour(12),
  l: hour(12),
  j: digits(3, 1, 366, (parts, value) => {
    parts.dayOfYear = value;
  }),
  m: digits(2, 1, 12, (parts, value) => {
    parts.month = value;
  }),
  M: digits(2, 0, 59, (parts, value) => {
    parts.minute = value;
  }),
  p: {
    shape: /(am|pm)/iy,
    use: (parts, text) => {
      parts.afternoon = text.toLowerCase() === "pm";
    },
  },
  s: {
    shape: /(-?[0-9]{1,15})/y,
    use: (parts, text) => {
      parts.epoch = Number(text);
    },
  },
  S: digits(2, 0, 60, (parts, value) => {
    parts.second = value;
  }),
  u: digits(1, 1, 7, ignore),
  w: digits(1, 0, 6, ignore),
  y: digits(2, 0, 99, (parts, value) => {
    parts.year = value < 69 ? 2000 + value : 1900 + value;
  }),
  Y: digits(4, 0, 9999, (parts, value) => {
    parts.year = value;
  }),
  z: zone,
  Z: zone,
};

/** The moment a text names, in unix seconds; `undefined` when it does not fit the format. */
export const parseTime = (format: string, text: string, local: boolean): number | undefined => {
  const parts: Parts = {
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    afternoon: undefined,
    dayOfYear: undefined,
    offset: undefined,
    epoch: undefined,
  };
  const whole = format.replace(
    /%([cDFhrRTxX])/g,
    (_, letter: string) => compositeFormats[letter] ?? "",
  );
  try {
    return readParts(whole, text, parts) ? moment(parts, local) : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const readParts = (format: string, text: string, parts: Parts): boolean => {
  let at = 0;
  for (let i = 0; i < format.length; i++) {
    const char = format.charAt(i);
    if (/[ \t\r\n]/.test(char)) {
      while (/[ \t\r\n]/.test(text.charAt(at))) at++;
    } else if (char !== "%" || format[i + 1] === "%") {
      if (text.charAt(at++) !== char) return false;
      if (char === "%") i++;
    } else {
      const name = format.charAt(++i);
      const letter = Object.hasOwn(letters, name) ? letters[name] : undefined;
      if (letter === undefined) return false;
      letter.shape.lastIndex = at;
      const found = letter.shape.exec(text);
      if (found === null) return false;
      letter.use(parts, found[1] ?? "");
      at += found[0].length;
    }
  }
  return text.slice(at).trim() === "";
};

const moment = (parts: Parts, local: boolean): number | undefined => {
  if (parts.epoch !== undefined) return parts.epoch;
  const { year, minute, second } = parts;
  const hours =
    parts.afternoon === undefined ? parts.hour : (parts.hour % 12) + (parts.afternoon ? 12 : 0);
  const month = parts.dayOfYear === undefined ? parts.month - 1 : 0;
  const day = parts.dayOfYear ?? parts.day;
  const date = new Date(0);
  date.setUTCFullYear(year, month, day); // Date.UTC takes 0…99 for 19xx
  if (parts.dayOfYear === undefined && date.getUTCMonth() !== month) return undefined; // 30 February
  const clock = date.getTime() / 1000 + hours * 3600 + minute * 60 + second;
  if (parts.offset !== undefined) return clock - parts.offset * 60;
  if (!local) return clock;
  const guess = clock - localOffset(clock) * 60;
  return clock - localOffset(guess) * 60;
};

const units: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** `1h30m` → 5400; a number without a unit is seconds; `undefined` when it is neither. */
export const parseDuration = (text: string): number | undefined => {
  const trimmed = text.trim();
  if (/^[0-9]+(?:\.[0-9]+)?$/.test(trimmed)) return Number(trimmed);
  if (!/^(?:[0-9]+(?:\.[0-9]+)?[ ]?(?:ms|s|min|m|h|d|w|y)[ ]*)+$/.test(trimmed)) return undefined;
  let seconds = 0;
  for (const [, count, unit = ""] of trimmed.matchAll(/([0-9.]+)[ ]?(ms|s|min|m|h|d|w|y)/g)) {
    seconds += Number(count) * (units[unit] ?? 0);
  }
  return seconds;
};
