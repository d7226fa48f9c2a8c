/** A script's text with its line table. Offsets are UTF-16 units from 0; lines and columns count from 1. */
export type Position = { readonly line: number; readonly column: number; readonly offset: number };

export type Span = { readonly start: number; readonly end: number };

export class Source {
  readonly text: string;
  private lineStarts: readonly number[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  position(offset: number): Position {
    this.lineStarts ??= startsOfLines(this.text);
    const starts = this.lineStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1, offset };
  }

  /** The text of a line without its end. */
  line(number: number): string {
    this.lineStarts ??= startsOfLines(this.text);
    const start = this.lineStarts[number - 1] ?? this.text.length;
    const end = this.lineStarts[number] ?? this.text.length;
    return this.text.slice(start, end).replace(/\r?\n$|\r$/, "");
  }
}

/** A position whose line is counted when somebody asks: most places of a script never matter. */
export class LazyPosition implements Position {
  readonly offset: number;
  private readonly source: Source;

  constructor(source: Source, offset: number) {
    this.source = source;
    this.offset = offset;
  }

  get line(): number {
    return this.source.position(this.offset).line;
  }

  get column(): number {
    return this.source.position(this.offset).column;
  }
}

const startsOfLines = (text: string): readonly number[] => {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return starts;
};
