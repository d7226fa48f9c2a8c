/**
 * Script text that an administrator wrote, spliced in as it is. It is parsed alone
 * before that, so it cannot close a brace of ours; and its place is remembered, so
 * that a fault in it is shown in its own lines and columns.
 */
import { hsl, mark, parse, type Script } from "@sluice/hsl";

type Span = { readonly start: number; readonly end: number };

/** The id of a piece says where in the field's text it begins; `renderFlow` replaces it. */
const pieceId = (start: number): number => -1 - start;
export const pieceStart = (id: number): number | null => (id < 0 ? -1 - id : null);

/** A stretch of a script field's text, as it is. */
export const verbatim = (text: string, span: Span = { start: 0, end: text.length }): Script =>
  mark(pieceId(span.start), hsl.raw(text.slice(span.start, span.end)));

/** The text's imports, which only stand at the top of a script, and what is left without them. */
export const splitImports = (text: string): { imports: Script; body: Script } => {
  const imports: Script[] = [];
  const body: Script[] = [];
  let at = 0;
  const keep = (end: number): void => {
    const span = trimmed(text, at, end);
    if (span !== null) body.push(verbatim(text, span));
  };
  for (const statement of parse(text).program.body) {
    if (statement.kind !== "Import") continue;
    keep(statement.start);
    imports.push(verbatim(text, statement));
    at = statement.end;
  }
  keep(text.length);
  return { imports: hsl.join(imports), body: hsl.join(body) };
};

/** Without blank lines around it; the first line's indentation stays. */
const trimmed = (text: string, start: number, end: number): Span | null => {
  const slice = text.slice(start, end);
  if (slice.trim() === "") return null;
  const lead = /^(?:[ \t]*\r?\n)*/.exec(slice)?.[0].length ?? 0;
  return { start: start + lead, end: start + slice.trimEnd().length };
};
