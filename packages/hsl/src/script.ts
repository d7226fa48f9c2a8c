/**
 * Pieces of script text that only code of ours can make: the `hsl` tag writes
 * values as literals and other scripts as they are, so a setting such as
 * `"); Accept(); ("` ends up inside a string. Marks remember which part of the
 * whole a piece became.
 */
import { lex } from "./lexer.ts";
import { type LiteralValue, literal, templateLiteral } from "./literal.ts";

/** The stretch of the text that a marked piece takes up. */
export type Mark = { readonly id: number; readonly start: number; readonly end: number };

export class Script {
  readonly text: string;
  readonly marks: readonly Mark[];
  /** A string is no script, however much it looks like one. */
  readonly #brand = true;

  private constructor(text: string, marks: readonly Mark[]) {
    this.text = text;
    this.marks = marks;
  }

  static isScript(value: unknown): value is Script {
    return typeof value === "object" && value !== null && #brand in value && value.#brand;
  }

  /** Text that is already HSL. The caller vouches for it. */
  static of(text: string, marks: readonly Mark[] = []): Script {
    return new Script(text, marks);
  }

  toString(): string {
    return this.text;
  }
}

export type Interpolation = Script | readonly Script[] | LiteralValue;

const tag = (strings: TemplateStringsArray, ...values: readonly Interpolation[]): Script => {
  const texts = dedent(strings.raw.map((raw) => raw.replace(/\\(`|\$\{)/g, "$1")));
  const composer = new Composer();
  texts.forEach((text, index) => {
    composer.addText(text);
    if (index < values.length) composer.add(values[index] as Interpolation); // one value after each text but the last
  });
  return composer.finish();
};

/** A template that begins with a line break loses it, its common indentation and its last blank line. */
const dedent = (texts: readonly string[]): readonly string[] => {
  if (!/^[ \t]*\r?\n/.test(texts[0] ?? "")) return texts;
  const margins = texts.flatMap((text, index) =>
    [...text.matchAll(/\n([ \t]*)(?=[^\s]|$)/g)]
      .filter((found) => found[0].length + found.index < text.length || index < texts.length - 1)
      .map((found) => found[1]?.length ?? 0),
  );
  const margin = Math.min(...margins, 1000);
  const cut = texts.map((text) => text.replace(new RegExp(`\\n[ \\t]{0,${margin}}`, "g"), "\n"));
  return cut.map((text, index) => {
    const head = index === 0 ? text.replace(/^[ \t]*\r?\n/, "") : text;
    return index === cut.length - 1 ? head.replace(/\r?\n[ \t]*$/, "") : head;
  });
};

class Composer {
  private text = "";
  private readonly marks: Mark[] = [];

  addText(text: string): void {
    this.text += text;
  }

  add(value: Interpolation): void {
    if (Script.isScript(value)) {
      this.addScript(value);
    } else if (isScripts(value)) {
      this.addScript(joinScripts(value, "\n"));
    } else {
      const written = literal(value as LiteralValue); // neither a script nor a list of them
      const needsParentheses = written.startsWith("-") && !/(?:^|[(,[=>:{;])\s*$/.test(this.text);
      this.text += needsParentheses ? `(${written})` : written;
    }
  }

  /** Lines after the first get the indentation of the line the script begins on. */
  private addScript(script: Script): void {
    const line = this.text.slice(this.text.lastIndexOf("\n") + 1);
    const indent = /^[ \t]*/.exec(line)?.[0] ?? "";
    const { text, marks } = indentLines(script, indent);
    const base = this.text.length;
    this.text += text;
    for (const { id, start, end } of marks) {
      this.marks.push({ id, start: base + start, end: base + end });
    }
  }

  finish(): Script {
    return Script.of(this.text, this.marks);
  }
}

const isScripts = (value: Interpolation): value is readonly Script[] =>
  Array.isArray(value) && value.length > 0 && value.every(Script.isScript);

/** Indents every line but the first; never inside a string, whose bytes must not change. */
const indentLines = (script: Script, indent: string): Pick<Script, "text" | "marks"> => {
  if (indent === "" || !script.text.includes("\n")) return script;
  const breaks = lineBreaksOutsideStrings(script.text);
  let text = "";
  let at = 0;
  for (const end of breaks) {
    text += script.text.slice(at, end) + indent;
    at = end;
  }
  text += script.text.slice(at);
  const moved = (offset: number, isEnd: boolean): number => {
    const before = breaks.filter((end) => (isEnd ? end < offset : end <= offset)).length;
    return offset + before * indent.length;
  };
  const marks = script.marks.map(({ id, start, end }) => ({
    id,
    start: moved(start, false),
    end: Math.max(moved(end, true), moved(start, false)),
  }));
  return { text, marks };
};

/** Offsets after each line break that begins a non-empty line. */
const lineBreaksOutsideStrings = (text: string): number[] => {
  const strings = lex(text, () => {}).tokens.filter(({ kind }) => kind === "string");
  let next = 0;
  const breaks: number[] = [];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    while ((strings[next]?.end ?? Infinity) <= at) next += 1;
    const isInside = (strings[next]?.start ?? Infinity) < at;
    const isBlank = at + 1 >= text.length || /[\r\n]/.test(text.charAt(at + 1));
    if (!isInside && !isBlank) breaks.push(at + 1);
  }
  return breaks;
};

/** Scripts one after another; marks move along. */
export const joinScripts = (scripts: readonly Script[], separator: string): Script => {
  let text = "";
  const marks: Mark[] = [];
  scripts.forEach((script, index) => {
    if (index > 0) text += separator;
    for (const { id, start, end } of script.marks) {
      marks.push({ id, start: text.length + start, end: text.length + end });
    }
    text += script.text;
  });
  return Script.of(text, marks);
};

/** Remembers under `id` which part of the final text this script becomes. */
export const mark = (id: number, script: Script): Script =>
  Script.of(script.text, [{ id, start: 0, end: script.text.length }, ...script.marks]);

/**
 * `` hsl`echo ${value};` ``: scripts go in as they are, everything else as a literal.
 * An empty array is the literal `[]`; for a list of scripts that may be empty, use `hsl.join`.
 */
export const hsl = Object.assign(tag, {
  /** Text that is already HSL, unchecked. */
  raw: (text: string): Script => Script.of(text),
  /** A string in which `$name` of the allowed variables is filled in, and nothing else. */
  template: (text: string, allowed: Iterable<string>): Script =>
    Script.of(templateLiteral(text, allowed)),
  join: (scripts: readonly Script[], separator = "\n"): Script => joinScripts(scripts, separator),
});
