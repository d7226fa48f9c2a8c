/** The gateway as a whole. */
import { ask, problemLine } from "./connect.ts";
import { type Command, CommandError, oneWord } from "./invocation.ts";
import { printable } from "./table.ts";

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? "" : "s"}`;

export const status: Command = async () => {
  const value = await ask((api) => api.system.status.query());
  const lines = [
    `Sluice ${value.version}, ${value.node}, since ${value.startedAt}`,
    `Revision ${value.revision ?? "none"}, ${counted(value.unpublishedChanges, "unpublished change")}, ${counted(value.problems.errors, "error")}, ${counted(value.problems.warnings, "warning")} in the draft`,
    ...value.listeners.map(
      ({ worker, listener, state, address, port, error }) =>
        `Listener ${listener} (${worker}): ${state} on ${address} port ${port}${error === null ? "" : `: ${printable(error)}`}`,
    ),
    ...value.queue.map(
      ({ queue, count, oldest }) =>
        `Queue ${queue}: ${count}${oldest === null ? "" : `, the oldest since ${oldest}`}`,
    ),
  ];
  return { text: `${lines.join("\n")}\n`, value };
};

export const check: Command = async () => {
  const value = await ask((api) => api.settings.problems.query());
  const errors = value.filter(({ severity }) => severity === "error").length;
  const text = value.length === 0 ? "No problems.\n" : `${value.map(problemLine).join("\n")}\n`;
  return { text, value, exitCode: errors > 0 ? 1 : 0 };
};

export const rollback: Command = async (invocation) => {
  const number = Number(oneWord(invocation, "revision number"));
  if (!Number.isInteger(number) || number < 1) {
    throw new CommandError(2, "A revision is a number from 1 on.");
  }
  const value = await ask((api) => api.settings.rollback.mutate({ number }));
  return { text: `Revision ${value.revision} has the content of revision ${number}.\n`, value };
};
