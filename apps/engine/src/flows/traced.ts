/** Wraps the body of a look-up so that its question and its answer are in the trace. */
import { Ending, type FunctionBody, type Value } from "@sluice/hsl";
import { type FlowHost, flowHost } from "./flow-host.ts";
import { describeValue } from "./trace-of.ts";

/** Places of arguments that are secrets, whatever is in them. */
const secretArguments: Readonly<Record<string, readonly number[]>> = {
  ldap_bind: [2],
  smtp_lookup_auth: [2],
  radius_authen: [2],
  tacplus_authen: [2],
  dovecot_lookup_auth: [2],
};

export const traced = (name: string, body: FunctionBody): FunctionBody => {
  const hidden = secretArguments[name] ?? [];
  const note = (
    host: FlowHost,
    args: readonly Value[],
    startedAt: number,
    answer: string,
  ): void => {
    const question = args.map((value, index) =>
      hidden.includes(index) ? "***" : describeValue(value),
    );
    host.noteLookup({
      function: name,
      question: cut(host.masked(question.join(", "))),
      answer: cut(host.masked(answer)),
      microseconds: Math.round((host.monotonic() - startedAt) * 1e6),
    });
  };
  const words = (value: Value | Ending): string =>
    value instanceof Ending ? value.action : describeValue(value);
  return (args, run) => {
    const host = flowHost(run);
    const startedAt = host.monotonic();
    const failed = (error: unknown): never => {
      note(host, args, startedAt, error instanceof Error ? error.message : "failed");
      throw error;
    };
    try {
      const result = body(args, run);
      if (!(result instanceof Promise)) {
        note(host, args, startedAt, words(result));
        return result;
      }
      return result.then((value) => {
        note(host, args, startedAt, words(value));
        return value;
      }, failed);
    } catch (error) {
      return failed(error);
    }
  };
};

const cut = (text: string): string => (text.length > 1000 ? `${text.slice(0, 999)}…` : text);
