/** One text that takes part in a script: the script itself, an included file or an imported module. */
import type { Program } from "./ast.ts";
import {
  type Diagnostic,
  hasRoom,
  makeDiagnostic,
  type Notes,
  type Severity,
} from "./diagnostic.ts";
import { parse } from "./parser.ts";
import { LazyPosition, type Span } from "./source.ts";
import type { Site } from "./values/errors.ts";

export type Unit = {
  /** `null` for the script itself. */
  readonly name: string | null;
  readonly program: Program;
  /** Where something is, as seen from the script: inside a file it is the statement that brought it in. */
  readonly siteOf: (span: Span) => Site;
  readonly report: (
    severity: Severity,
    code: string,
    span: Span,
    message: string,
    notes?: Notes,
  ) => void;
};

/** The script itself. */
export const mainUnit = (program: Program, diagnostics: Diagnostic[]): Unit => ({
  name: null,
  program,
  siteOf: ({ start }) => new LazyPosition(program.source, start),
  report: (severity, code, span, message, notes) => {
    if (!hasRoom(diagnostics, severity)) return;
    diagnostics.push(makeDiagnostic(program.source, severity, code, span, message, notes));
  },
});

/** A file that `parent` brings in at `span`. */
export const fileUnit = (name: string, text: string, parent: Unit, span: Span): Unit => {
  const { program, diagnostics } = parse(text);
  const { source } = program;
  const place = (offset: number): string => {
    const { line, column } = source.position(offset);
    return `${name}, line ${line}, column ${column}`;
  };
  const report: Unit["report"] = (severity, code, at, message, notes) =>
    parent.report(severity, code, span, `${place(at.start)}: ${message}`, { cure: notes?.cure });
  for (const { severity, code, offset, length, message, cure } of diagnostics) {
    report(severity, code, { start: offset, end: offset + length }, message, { cure });
  }
  return {
    name,
    program,
    siteOf: ({ start }) => {
      const { line, column, offset } = parent.siteOf(span);
      return { line, column, offset, inside: place(start) };
    },
    report,
  };
};
