/**
 * Regular expressions of scripts: PCRE's usual syntax on a linear-time engine, over
 * byte strings. With the flag `u` the subject is read as UTF-8; positions are
 * bytes either way.
 *
 * One call costs at most pattern size × subject length. A product above `maxWork` is
 * refused before it starts, and a long search looks at the clock of its run as it
 * goes, so no text a sender writes can hold a run.
 */
import { RE2JS } from "re2js";
import { ScriptError } from "./errors.ts";
import { type PatternFlags, patternError } from "./regex-reader.ts";
import { maxPatternSize, type Translation, translatePattern } from "./regex-syntax.ts";
import { readUtf8 } from "./utf8-text.ts";
import { WatchedText } from "./watched-text.ts";

export type RegexMatch = {
  readonly start: number;
  readonly end: number;
  /** The whole match, then the groups; `null`: the group took no part. */
  readonly groups: readonly (string | null)[];
  readonly names: ReadonlyMap<string, number>;
};

export type SearchOptions = {
  /** First byte to look at. */
  readonly from?: number;
  /** At most so many matches; 0: all. */
  readonly limit?: number;
  /** Told after each search how much work it was; may throw to stop. */
  readonly onWork?: (steps: number) => void;
  /** Asked every now and then during a long search; throws to stop it. */
  readonly onLook?: (() => void) | undefined;
};

const maxPatternBytes = 4096;
const maxSubjectBytes = 1024 * 1024;
const maxWork = 100_000_000;
/** Searches that cannot take long are not worth a look. */
const watchedWork = 200_000;
const workPerStep = 1000;
/** Above this length a yes or no without groups is asked first: it is far cheaper, and mostly no. */
const shortSubject = 1000;

export class HslRegex {
  readonly pattern: string;
  readonly flags: string;
  readonly names: ReadonlyMap<string, number>;
  private readonly engine: RE2JS;
  private readonly utf8: boolean;
  private readonly size: number;
  private readonly endsBeforeNewline: boolean;

  constructor(
    pattern: string,
    flags: string,
    engine: RE2JS,
    { names, endsBeforeNewline }: Pick<Translation, "names" | "endsBeforeNewline">,
  ) {
    this.pattern = pattern;
    this.flags = flags;
    this.engine = engine;
    this.names = names;
    this.endsBeforeNewline = endsBeforeNewline;
    this.utf8 = flags.includes("u");
    this.size = engine.programSize();
  }

  get groupCount(): number {
    return this.engine.groupCount();
  }

  /** Whether the pattern is found anywhere in the subject. */
  test(subject: string, onLook?: (() => void) | undefined): boolean {
    return (
      this.engine.test(this.input(subject, onLook).input) ||
      (this.hasTwoEnds(subject) && this.engine.test(this.input(subject.slice(0, -1), onLook).input))
    );
  }

  /** The first match, or null. */
  exec(subject: string, from = 0): RegexMatch | null {
    for (const match of this.matches(subject, { from, limit: 1 })) return match;
    return null;
  }

  /** All matches from left to right, without overlaps. */
  *matches(subject: string, options: SearchOptions = {}): Generator<RegexMatch, void> {
    const { limit = 0 } = options;
    const whole = this.search(subject, options);
    if (!this.hasTwoEnds(subject)) {
      yield* whole;
      return;
    }
    // what `$` finds before the last line feed is what it finds in the text without that
    const shorter = this.search(subject.slice(0, -1), options);
    for (let count = 1; ; count++) {
      const { value: match } = whole.next();
      const { value: early } = shorter.next();
      if (match instanceof Object && (!(early instanceof Object) || match.start <= early.start)) {
        yield match;
        if (early instanceof Object && early.start === match.start && early.end === match.end) {
          continue;
        }
        yield* whole;
        return;
      }
      if (!(early instanceof Object)) return;
      yield early;
      if (count === limit) return;
      const from = early.end + (early.end === early.start ? 1 : 0);
      yield* this.search(subject, { ...options, from, limit: limit === 0 ? 0 : limit - count });
      return;
    }
  }

  private hasTwoEnds(subject: string): boolean {
    return this.endsBeforeNewline && subject.endsWith("\n");
  }

  private *search(subject: string, options: SearchOptions): Generator<RegexMatch, void> {
    const { from = 0, limit = 0, onWork, onLook } = options;
    const { input, byteAt, indexAt } = this.input(subject, onLook);
    if (from === 0 && subject.length > shortSubject && !this.engine.test(input)) {
      onWork?.(1 + this.steps(subject.length));
      return;
    }
    const matcher = this.engine.matcher(input);
    const groupCount = this.groupCount;
    let position = from;
    let found = position <= subject.length && matcher.find(indexAt(position));
    for (let count = 1; found; count++) {
      const groups: (string | null)[] = [];
      for (let group = 0; group <= groupCount; group++) {
        const start = matcher.start(group);
        groups.push(start < 0 ? null : subject.slice(byteAt(start), byteAt(matcher.end(group))));
      }
      const end = byteAt(matcher.end());
      onWork?.(1 + this.steps(end - position));
      position = end;
      yield { start: byteAt(matcher.start()), end, groups, names: this.names };
      if (count === limit) return;
      found = matcher.find();
    }
    onWork?.(1 + this.steps(subject.length - position));
  }

  /** Replaces matches by a text with `$0` … `$n` in it, or by what the callback says. */
  replace(
    subject: string,
    replacement: string | ((match: RegexMatch) => string),
    options: SearchOptions = {},
  ): string {
    let result = "";
    let position = 0;
    for (const match of this.matches(subject, options)) {
      result += subject.slice(position, match.start);
      result +=
        typeof replacement === "string"
          ? expandReplacement(replacement, match)
          : replacement(match);
      if (result.length > maxResultBytes) {
        throw new ScriptError("budget-string", "the text after replacing is too long");
      }
      position = match.end;
    }
    return result + subject.slice(position);
  }

  /** As a script would write it, without the leading `#`. */
  toString(): string {
    return `/${this.pattern}/${this.flags}`;
  }

  private steps(bytes: number): number {
    return Math.ceil((bytes * this.size) / workPerStep);
  }

  /** What the engine reads, and the way between its places and the subject's bytes. */
  private input(subject: string, onLook: (() => void) | undefined): Input {
    if (subject.length > maxSubjectBytes) {
      throw new ScriptError(
        "subject-too-long",
        `a text of ${subject.length} bytes is too long for a pattern (1 MB at most); match a part of it`,
      );
    }
    const work = subject.length * this.size;
    if (work > maxWork) {
      throw new ScriptError(
        "subject-too-long",
        `this pattern is too large for a text of ${subject.length} bytes; lower its "{…}" counts or match a part of the text`,
      );
    }
    const { text, byteAt, indexAt } = this.utf8 ? readUtf8(subject) : { ...asItIs, text: subject };
    if (onLook === undefined || work < watchedWork) return { input: text, byteAt, indexAt };
    // a string object serves the engine as a string does
    return { input: new WatchedText(text, onLook) as unknown as string, byteAt, indexAt };
  }
}

type Input = {
  readonly input: string;
  readonly byteAt: (index: number) => number;
  readonly indexAt: (byte: number) => number;
};

const asItIs = { byteAt: (index: number) => index, indexAt: (byte: number) => byte };

const maxResultBytes = 8 * 1024 * 1024;

/** `$0` … `$n` in a replacement; the longest number that is a group counts, others stay as they are. */
export const expandReplacement = (replacement: string, match: RegexMatch): string =>
  replacement.replace(
    /\$([0-9]{1,2})|\$\{([0-9]{1,2}|[A-Za-z_][A-Za-z0-9_]*)\}/g,
    (whole, digits, braced) => {
      if (braced !== undefined) {
        const index = match.names.get(braced) ?? Number(braced);
        return index < match.groups.length ? (match.groups[index] ?? "") : whole;
      }
      const index = Number(digits);
      if (index < match.groups.length) return match.groups[index] ?? "";
      const first = Number(digits[0]);
      return digits.length === 2 && first < match.groups.length
        ? (match.groups[first] ?? "") + digits[1]
        : whole;
    },
  );

const cache = new Map<string, HslRegex>();
const maxCached = 500;

/** Compiles a pattern of a script, or throws a `ScriptError` with the code `pattern`. */
export const compilePattern = (pattern: string, flags = ""): HslRegex => {
  const key = `${flags}/${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const regex = compileAnew(pattern, flags);
  if (cache.size >= maxCached) {
    const oldest = cache.keys().next();
    if (oldest.done !== true) cache.delete(oldest.value);
  }
  cache.set(key, regex);
  return regex;
};

const compileAnew = (pattern: string, flags: string): HslRegex => {
  if (pattern.length > maxPatternBytes) {
    throw patternError(`${pattern.length} bytes are too long, 4096 at most`);
  }
  const translation = translatePattern(pattern, readFlags(flags));
  let engine: RE2JS;
  try {
    engine = RE2JS.compile(translation.text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw patternError(
      reason.includes("invalid repeat count")
        ? "repeats inside repeats come to more than 1000; lower the counts"
        : reason.replace(/^error parsing regexp: /, ""),
    );
  }
  if (engine.programSize() > 2 * maxPatternSize) {
    throw patternError('the pattern is too large; lower the counts in "{…}"');
  }
  return new HslRegex(pattern, flags, engine, translation);
};

const readFlags = (flags: string): PatternFlags => {
  for (const flag of flags) {
    if (!"imusxUX".includes(flag)) {
      throw patternError(`the flag "${flag}" is not known; i, m, u, s, x, U and X are`);
    }
  }
  return {
    ignoreCase: flags.includes("i"),
    multiline: flags.includes("m"),
    dotAll: flags.includes("s"),
    extended: flags.includes("x"),
    utf8: flags.includes("u"),
    ungreedy: flags.includes("U"),
    strictEscapes: flags.includes("X"),
  };
};

/** `/…/flags` → pattern with flags; a text without slashes is the pattern (hsl.md §4). */
export const patternFromText = (text: string): HslRegex => {
  const end = text.startsWith("/") ? text.lastIndexOf("/") : 0;
  const flags = text.slice(end + 1);
  if (end === 0 || !/^[a-zA-Z]*$/.test(flags)) return compilePattern(text, "");
  return compilePattern(text.slice(1, end), flags);
};
