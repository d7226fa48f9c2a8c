/** What was run in the console, kept in the browser: scripts and what came of them, no variables (a password may be among them). */
import type { FlowKind } from "@sluice/flow-schema";
import type { RouterOutputs } from "../../api.ts";
import { visibleText } from "../../ui/visible-text.ts";
import type { ScriptVersion } from "../flow-editor/script-view/compare.ts";

export type ScriptRun = Pick<RouterOutputs["scripting"]["run"], "verdict" | "diagnostics" | "log">;

export type ConsoleEntry = {
  readonly at: string;
  readonly kind: FlowKind;
  readonly script: string;
  readonly run: ScriptRun;
};

const longest = 20;
const mostLogLines = 200;

/** The newest first; running the same script again takes the place of its last run. */
export const withEntry = (
  history: readonly ConsoleEntry[],
  entry: ConsoleEntry,
): readonly ConsoleEntry[] => {
  const { verdict, diagnostics, log } = entry.run;
  const short = { ...entry, run: { verdict, diagnostics, log: log.slice(0, mostLogLines) } };
  const others = history.filter(
    ({ kind, script }) => kind !== entry.kind || script !== entry.script,
  );
  return [short, ...others].slice(0, longest);
};

export const entryKey = ({ at, kind }: ConsoleEntry): string => `${at}-${kind}`;

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const longestLine = 40;

/** What was run before, to compare it with what stands in the editor. */
export const earlierTexts = (history: readonly ConsoleEntry[]): readonly ScriptVersion[] =>
  history.map((entry) => {
    const at = clock.format(new Date(entry.at));
    const line = visibleText(firstLine(entry.script));
    const short = line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line;
    return {
      id: entryKey(entry),
      label: `Run of ${at}: ${short}`,
      words: `the run of ${at}`,
      text: entry.script,
    };
  });

export const errorsOf = ({ diagnostics }: ScriptRun): ScriptRun["diagnostics"] =>
  diagnostics.filter(({ severity }) => severity === "error");

/** How the run ended, in a sentence. */
export const endingWords = (run: ScriptRun): string => {
  if (errorsOf(run).length > 0) return "The script failed.";
  if (run.verdict === null) return "The script ended without an action.";
  const argument = run.verdict.text ?? run.verdict.arg;
  return `The script ended with ${run.verdict.action}${argument === undefined ? "" : `: ${argument}`}`;
};

/** The first line that says something, to tell entries apart. */
export const firstLine = (script: string): string =>
  script
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "") ?? "";
