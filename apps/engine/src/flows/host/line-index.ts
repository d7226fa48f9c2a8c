/**
 * An index over the lines of a text: hash of the word → where its first line begins.
 * Two numbers a line, so that a million lines take some ten megabytes.
 */

export type LineFormat = {
  readonly type: "plain" | "csv";
  /** null: runs of blanks (plain) or a comma (csv). */
  readonly delimiter: string | null;
  /** The first line of a csv names its columns. */
  readonly hasHeader: boolean;
  /** Column that is searched. */
  readonly column: number;
  readonly ignoreCase: boolean;
};

export type LineIndex = {
  readonly find: (word: string) => { words: string[]; columns: string[] | null } | null;
};

const sliceMilliseconds = 8;
const smallBytes = 64 * 1024;

/** A promise for a large content: the work is done a few milliseconds at a time. */
export const buildIndex = (content: Buffer, format: LineFormat): Promise<LineIndex> | LineIndex => {
  const builder = new Builder(content, format);
  if (content.length <= smallBytes) {
    builder.work(Number.POSITIVE_INFINITY);
    return builder;
  }
  return (async () => {
    while (!builder.work(sliceMilliseconds)) await new Promise(setImmediate);
    return builder;
  })();
};

class Builder implements LineIndex {
  private readonly content: Buffer;
  private readonly format: LineFormat;
  private readonly slots: Uint32Array;
  private readonly mask: number;
  private columns: string[] | null = null;
  private at = 0;

  constructor(content: Buffer, format: LineFormat) {
    this.content = content;
    this.format = format;
    let lines = 1;
    for (let at = content.indexOf(10); at >= 0; at = content.indexOf(10, at + 1)) lines += 1;
    const size = 2 ** Math.ceil(Math.log2(lines * 2 + 2));
    this.slots = new Uint32Array(size); // offset + 1; 0 is empty
    this.mask = size - 1;
    if (content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf) this.at = 3;
    if (format.type === "csv" && format.hasHeader && this.at < content.length) {
      this.columns = this.split(this.lineAt(this.at));
      this.at = this.nextLine(this.at);
    }
  }

  /** True when the whole content is indexed. */
  work(milliseconds: number): boolean {
    const until = performance.now() + milliseconds;
    for (let count = 0; this.at < this.content.length; count++) {
      if ((count & 1023) === 1023 && performance.now() > until) return false;
      const word = this.wordOf(this.lineAt(this.at));
      if (word !== null) this.insert(word, this.at);
      this.at = this.nextLine(this.at);
    }
    return true;
  }

  find(word: string): { words: string[]; columns: string[] | null } | null {
    const wanted = this.folded(word);
    if (wanted === "") return null;
    for (let slot = hashOf(wanted) & this.mask; ; slot = (slot + 1) & this.mask) {
      const offset = this.slots[slot] ?? 0;
      if (offset === 0) return null;
      const line = this.lineAt(offset - 1);
      if (this.wordOf(line) === wanted) return { words: this.split(line), columns: this.columns };
    }
  }

  /** The first line of a word stays; later ones are never found. */
  private insert(word: string, offset: number): void {
    for (let slot = hashOf(word) & this.mask; ; slot = (slot + 1) & this.mask) {
      const taken = this.slots[slot] ?? 0;
      if (taken === 0) {
        this.slots[slot] = offset + 1;
        return;
      }
      if (this.wordOf(this.lineAt(taken - 1)) === word) return;
    }
  }

  private nextLine(at: number): number {
    const end = this.content.indexOf(10, at);
    return end < 0 ? this.content.length : end + 1;
  }

  private lineAt(at: number): string {
    const end = this.content.indexOf(10, at);
    const stop = end < 0 ? this.content.length : end;
    const line = this.content.toString("latin1", at, stop);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }

  /** The word a line is found by; null for a comment, an empty line or a missing column. */
  private wordOf(line: string): string | null {
    if (line.startsWith("//")) return null;
    if (
      this.format.type === "plain" &&
      this.format.delimiter === null &&
      this.format.column === 0
    ) {
      const word = /[^ \t\v\f]+/.exec(line)?.[0];
      return word === undefined ? null : this.folded(word);
    }
    const word = this.split(line)[this.format.column];
    return word === undefined || word === "" ? null : this.folded(word);
  }

  private folded(word: string): string {
    return this.format.ignoreCase ? word.toLowerCase() : word;
  }

  private split(line: string): string[] {
    const { type, delimiter } = this.format;
    if (type === "csv") return splitCsv(line, delimiter ?? ",");
    if (delimiter !== null) return line.split(delimiter).map((word) => word.trim());
    return line.split(/[ \t\v\f]+/).filter((word) => word !== "");
  }
}

/** FNV-1a. */
const hashOf = (word: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) {
    hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
};

/** Fields of one line (RFC 4180 §2), quotes taken off. */
export const splitCsv = (line: string, delimiter: string): string[] => {
  const fields: string[] = [];
  let field = "";
  let at = 0;
  while (at <= line.length) {
    if (line[at] === '"' && field === "") {
      at += 1;
      for (; at < line.length; at++) {
        if (line[at] !== '"') field += line[at] ?? "";
        else if (line[at + 1] === '"') {
          field += '"';
          at += 1;
        } else break;
      }
      at += 1;
    }
    if (at >= line.length) {
      fields.push(field);
      return fields;
    }
    if (line.startsWith(delimiter, at)) {
      fields.push(field);
      field = "";
      at += Math.max(1, delimiter.length);
    } else {
      field += line[at] ?? "";
      at += 1;
    }
  }
  return fields;
};
