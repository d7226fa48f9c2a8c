/** What is wrong with a script, where, and what to do about it. */
import { type Position, Source, type Span } from "./source.ts";

export type Severity = "error" | "warning" | "advice";

export type Related = Position & { readonly message: string };

export type Diagnostic = {
  readonly severity: Severity;
  /** Stable, for tests and for the editor: "unexpected-token", "unknown-function", … */
  readonly code: string;
  readonly message: string;
  /** What to write instead. */
  readonly cure?: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly offset: number;
  readonly length: number;
  readonly related?: readonly Related[];
};

export type Notes = {
  readonly cure?: string | undefined;
  readonly related?: readonly (Span & { readonly message: string })[] | undefined;
};

export type Report = (
  severity: Severity,
  code: string,
  span: Span,
  message: string,
  notes?: Notes,
) => void;

/** More than this many say nothing new, and hostile text could make millions. */
const maxDiagnostics = 200;

/** Whether one more is wanted. The first error always is: without it the script would pass. */
export const hasRoom = (diagnostics: readonly Diagnostic[], severity: Severity): boolean =>
  diagnostics.length < maxDiagnostics || (severity === "error" && !hasErrors(diagnostics));

/** A list of diagnostics and the function that adds to it. */
export const collectDiagnostics = (
  source: Source,
): { readonly diagnostics: Diagnostic[]; readonly report: Report } => {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (severity, code, span, message, notes) => {
    if (!hasRoom(diagnostics, severity)) return;
    diagnostics.push(makeDiagnostic(source, severity, code, span, message, notes));
  };
  return { diagnostics, report };
};

export const makeDiagnostic = (
  source: Source,
  severity: Severity,
  code: string,
  span: Span,
  message: string,
  notes: Notes = {},
): Diagnostic => {
  const start = source.position(span.start);
  const end = source.position(Math.max(span.end, span.start));
  return {
    severity,
    code,
    message,
    ...(notes.cure === undefined ? {} : { cure: notes.cure }),
    ...start,
    endLine: end.line,
    endColumn: end.column,
    length: Math.max(span.end - span.start, 0),
    ...(notes.related === undefined || notes.related.length === 0
      ? {}
      : {
          related: notes.related.map((note) => ({
            message: note.message,
            ...source.position(note.start),
          })),
        }),
  };
};

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === "error");

/** The message and what to write instead, for where there is room for one text only. */
export const fullMessage = ({ message, cure }: Pick<Diagnostic, "message" | "cure">): string =>
  cure === undefined ? message : `${message} ${cure}`;

/** In the order of the text, errors before advice at the same place. */
export const sortDiagnostics = (diagnostics: readonly Diagnostic[]): Diagnostic[] =>
  diagnostics.toSorted(
    (a, b) => a.offset - b.offset || rank[a.severity] - rank[b.severity] || a.length - b.length,
  );

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, advice: 2 };

/** The message, the line it is about, and a caret under the place. */
export const renderDiagnostic = (text: string, diagnostic: Diagnostic): string => {
  const source = new Source(text);
  const line = source.line(diagnostic.line);
  const indent = line.slice(0, diagnostic.column - 1).replace(/[^\t]/g, " ");
  const room = Math.max(line.length - diagnostic.column + 1, 1);
  const carets = "^".repeat(Math.max(1, Math.min(diagnostic.length, room)));
  const notes = (diagnostic.related ?? []).map(
    ({ message, line: at, column }) => `  line ${at}, column ${column}: ${message}`,
  );
  return [
    `line ${diagnostic.line}, column ${diagnostic.column}: ${diagnostic.severity}: ${diagnostic.message}`,
    line,
    indent + carets,
    ...notes,
    ...(diagnostic.cure === undefined ? [] : [`  ${diagnostic.cure}`]),
  ].join("\n");
};
