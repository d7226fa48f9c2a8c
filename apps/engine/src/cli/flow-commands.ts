/** Flows of the draft. */
import { readFileSync } from "node:fs";
import type { FlowTrace } from "../flows/trace.ts";
import { ask } from "./connect.ts";
import { type Command, CommandError, oneWord } from "./invocation.ts";
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

const standardInput = 0;

/** As SMTP would bring it: lines end with CRLF. */
const readMessage = (file: string): string => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === "-" ? standardInput : file);
  } catch (cause) {
    throw new CommandError(1, `The file of --message cannot be read: ${file}`, { cause });
  }
  const text = bytes.toString("latin1").replace(/\r\n|\r|\n/g, "\r\n");
  return Buffer.from(text, "latin1").toString("base64");
};

const milliseconds = (microseconds: number): string => `${(microseconds / 1000).toFixed(1)} ms`;

const linesOf = (trace: FlowTrace): string[] => [
  ...trace.steps.flatMap(({ title, node, outcome, microseconds, lookups, log }) => [
    `${printable(title)} (${node})${outcome === null ? "" : ` → ${outcome}`}  ${milliseconds(microseconds)}`,
    ...lookups.map(
      ({ function: name, question, answer, microseconds: time }) =>
        `    ${name}: ${printable(question)} → ${printable(answer)}  ${milliseconds(time)}`,
    ),
    ...log.map((line) => `    log: ${printable(line)}`),
  ]),
  ...(trace.error === null
    ? []
    : [
        `error: ${trace.error.node === null ? "" : `${trace.error.node}: `}${printable(trace.error.message)} (line ${trace.error.line} of the script)`,
      ]),
  `Verdict: ${printable(trace.ending)}`,
];

/** A flow of the draft on a message; look-ups are asked, nothing else happens. */
export const flowTest: Command = async (invocation) => {
  const flow = oneWord(invocation, "flow");
  const { message, facts } = invocation;
  const content = message === null ? null : readMessage(message);
  const value = await ask(async (api) => {
    const { body } = await api.settings.get.query({ kind: "flow", id: flow });
    return api.flows.tryOut.mutate({ flow, body, content, facts });
  });
  if (value.kind === "problems") {
    const lines = value.problems.map(
      ({ node, message: text }) => `error: ${node === null ? "" : `${node}: `}${printable(text)}`,
    );
    return { text: `The flow does not compile.\n${lines.join("\n")}\n`, value, exitCode: 1 };
  }
  const { trace, live } = value;
  const lines = linesOf(trace);
  if (live !== null && live.ending !== trace.ending) {
    lines.push(`What is live would end: ${printable(live.ending)}`);
  }
  return { text: `${lines.join("\n")}\n`, value, exitCode: trace.error === null ? 0 : 1 };
};
