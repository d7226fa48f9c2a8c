/** Squiggles from the parser and the checker that also guard saving. */
import { type Diagnostic as EditorDiagnostic, linter } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { type CompileOptions, compile } from "../compiler.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Environment } from "../signature.ts";

/** What is wrong with a text. */
export type Check = (text: string) => readonly Diagnostic[];

/** What compiling the text would say. */
export const compilerCheck =
  (environment: Environment, options: CompileOptions = {}): Check =>
  (text) =>
    compile(text, environment, options).diagnostics;

const severities = { error: "error", warning: "warning", advice: "info" } as const;

/** A diagnostic where the editor shows it; never outside the text, never of no width. */
export const editorDiagnostic = (diagnostic: Diagnostic, length: number): EditorDiagnostic => {
  const from = Math.min(diagnostic.offset, Math.max(length - 1, 0));
  const to = Math.min(Math.max(diagnostic.offset + diagnostic.length, from + 1), length);
  const { cure, message, related = [] } = diagnostic;
  const notes = related.map((note) => `${note.message} (line ${note.line}, column ${note.column})`);
  if (cure !== undefined) notes.push(cure);
  return {
    from,
    to: Math.max(to, from),
    severity: severities[diagnostic.severity],
    source: diagnostic.code,
    message: [message, ...notes].join("\n"),
    renderMessage: () => messageNode(message, notes),
  };
};

const messageNode = (message: string, notes: readonly string[]): Node => {
  const node = document.createElement("span");
  node.textContent = message;
  for (const note of notes) {
    const line = document.createElement("span");
    line.className = "hsl-cure";
    line.textContent = note;
    node.append(line);
  }
  return node;
};

/** Lines under what is wrong, with message and cure. */
export const hslLinter = (check: Check, delayMilliseconds = 300): Extension =>
  linter(
    (view) => {
      const text = view.state.doc.toString();
      return check(text).map((diagnostic) => editorDiagnostic(diagnostic, text.length));
    },
    { delay: delayMilliseconds },
  );
