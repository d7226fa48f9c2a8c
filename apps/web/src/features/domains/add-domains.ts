/** Adds a paste of domains a hundred lines at a time, so that progress shows and it can be stopped. */
import type { RouterInputs, RouterOutputs } from "../../api.ts";

type Template = NonNullable<RouterInputs["domains"]["bulkAdd"]["template"]>;
type Report = RouterOutputs["domains"]["bulkAdd"];

export type AddProgress = {
  /** Lines that have their answer, of all. */
  readonly done: number;
  readonly total: number;
  readonly added: number;
  readonly refused: Report["lines"];
};

const step = 100;

export const addDomains = async (options: {
  readonly text: string;
  readonly template: Template;
  readonly add: (input: { text: string; template: Template }) => Promise<Report>;
  readonly onProgress: (progress: AddProgress) => void;
  readonly signal: AbortSignal;
}): Promise<AddProgress> => {
  const { template, add, onProgress, signal } = options;
  const lines = options.text.split(/\r?\n/);
  let progress: AddProgress = { done: 0, total: lines.length, added: 0, refused: [] };
  for (let start = 0; start < lines.length && !signal.aborted; start += step) {
    const part = lines.slice(start, start + step);
    const report = await add({ text: part.join("\n"), template });
    progress = {
      ...progress,
      done: start + part.length,
      added: progress.added + report.added,
      refused: [
        ...progress.refused,
        ...report.lines.flatMap((one) =>
          one.result === "added" ? [] : [{ ...one, line: one.line + start }],
        ),
      ],
    };
    onProgress(progress);
  }
  return progress;
};
