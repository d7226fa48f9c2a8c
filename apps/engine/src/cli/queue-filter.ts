/** Which entries a command of the queue means. */
import type { RouterInputs } from "../api/router.ts";
import { CommandError } from "./invocation.ts";

export type Filter = NonNullable<RouterInputs["queue"]["list"]["filter"]>;
export type Which = RouterInputs["queue"]["retry"];

const keys: Readonly<Record<string, keyof Filter>> = {
  sender: "sender",
  recipient: "recipient",
  hop: "nextHop",
  transport: "transport",
  message: "messageId",
  reply: "reply",
  text: "text",
};

/** `sender:… hop:…`, all of which must hold. */
export const parseFilter = (words: readonly string[]): Filter => {
  const filter: Record<string, string> = {};
  let queue: Filter["queue"];
  for (const word of words) {
    const colon = word.indexOf(":");
    const [name, value] = [word.slice(0, colon), word.slice(colon + 1)];
    const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (name === "queue" && (value === "incoming" || value === "outgoing" || value === "hold")) {
      queue = value;
    } else if (key !== undefined && value !== "") filter[key] = value;
    else {
      throw new CommandError(
        2,
        `“${word}” is no filter. Known: ${Object.keys(keys).join(":, ")}:, queue:incoming, queue:outgoing, queue:hold.`,
      );
    }
  }
  return { ...filter, ...(queue === undefined ? {} : { queue }) };
};

export const parseWhich = (words: readonly string[], all: boolean): Which => {
  if (words.length === 0) {
    if (all) return { filter: {} };
    throw new CommandError(2, "Give queue ids or a filter; --all acts on everything.");
  }
  if (words.every((word) => /^\d+$/.test(word))) return { ids: [...words] };
  return { filter: parseFilter(words) };
};

export const parsePauseTarget = (words: readonly string[]): RouterInputs["queue"]["pause"] => {
  const [word = "", ...more] = words;
  const value = word.slice(word.indexOf(":") + 1);
  if (more.length === 0 && word === "all") return { all: true };
  if (more.length === 0 && value !== "" && word.startsWith("transport:"))
    return { transport: value };
  if (more.length === 0 && value !== "" && word.startsWith("hop:")) return { destination: value };
  throw new CommandError(2, "Say what: all, transport:ID, or hop:NAME.");
};
