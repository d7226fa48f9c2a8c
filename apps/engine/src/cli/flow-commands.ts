/** Flows of the draft. */
import { ask } from "./connect.ts";
import { type Command, oneWord } from "./invocation.ts";
import { printable } from "./table.ts";

export const flowScript: Command = async (invocation) => {
  const flow = oneWord(invocation, "flow");
  const value = await ask((api) => api.flows.script.query({ flow }));
  if (value.script !== null) return { text: `${value.script.trimEnd()}\n`, value };
  const lines = value.problems.map(
    ({ severity, node, message }) =>
      `${severity}: ${node === undefined ? "" : `${node}: `}${printable(message)}`,
  );
  return { text: `The flow does not compile.\n${lines.join("\n")}\n`, value, exitCode: 1 };
};
