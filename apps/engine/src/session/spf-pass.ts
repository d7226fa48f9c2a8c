/**
 * Whether a flow of this transaction has found that the sender's domain vouches for
 * the client (SPF). Only then may a reject that comes after 250 become a notice:
 * anybody else may have been forged (no backscatter).
 */
import type { FlowTrace } from "../flows/trace.ts";

type Facts = {
  readonly clientAddress: string;
  readonly helo: string;
  readonly sender: string;
};

/** What the trace shows for `pass`: the functions give it first, before any text that DNS has written. */
const passes: Readonly<Record<string, string>> = { spf_query: '["result"=>"pass"', spf: "0" };

export const hasSpfPass = (traces: readonly FlowTrace[], facts: Facts): boolean => {
  if (facts.sender === "") return false;
  const asked = [facts.clientAddress, facts.helo, facts.sender]
    .map((text) => JSON.stringify(text))
    .join(", ");
  return traces.some(({ steps }) =>
    steps.some(({ lookups }) =>
      lookups.some(({ function: name, question, answer }) => {
        const pass = passes[name];
        if (pass === undefined) return false;
        const isAboutThem = question === asked || question.startsWith(`${asked}, `);
        return isAboutThem && (name === "spf" ? answer === pass : answer.startsWith(pass));
      }),
    ),
  );
};
