/** Mail that waits. */
import type { RouterInputs, RouterOutputs } from "../api/router.ts";
import { ask } from "./connect.ts";
import { type Command, CommandError, type Invocation } from "./invocation.ts";
import { table } from "./table.ts";

type Filter = NonNullable<RouterInputs["queue"]["list"]["filter"]>;
type Which = RouterInputs["queue"]["retry"];
type Job = RouterOutputs["queue"]["job"];

const keys: Readonly<Record<string, keyof Filter>> = {
  sender: "sender",
  recipient: "recipient",
  hop: "nextHop",
  transport: "transport",
  message: "messageId",
  reply: "reply",
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

const parseWhich = ({ words, all }: Invocation): Which => {
  if (words.length === 0) {
    if (all) return { filter: {} };
    throw new CommandError(2, "Give queue ids or a filter; --all acts on everything.");
  }
  if (words.every((word) => /^\d+$/.test(word))) return { ids: [...words] };
  return { filter: parseFilter(words) };
};

const list: Command = async ({ words, limit }) => {
  const filter = parseFilter(words);
  const value = await ask((api) => api.queue.list.query({ filter, limit: limit ?? 100 }));
  const rows = value.rows.map((row) => [
    row.queueId,
    row.queue,
    row.receivedAt,
    `<${row.sender}>`,
    `<${row.recipient}>`,
    row.attempts,
    row.nextAttemptAt,
    row.nextHop,
    row.lastReply ?? "",
  ]);
  const head = [
    "id",
    "queue",
    "received",
    "sender",
    "recipient",
    "tries",
    "next",
    "hop",
    "last reply",
  ];
  return { text: table(head, rows), value };
};

const finished = async (begin: (which: Which) => Promise<Job>, which: Which): Promise<Job> => {
  let job = await begin(which);
  while (job.state === "running") {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { id } = job;
    job = await ask((api) => api.queue.job.query({ id }));
  }
  return job;
};

const act =
  (kind: "retry" | "hold" | "release" | "bounce" | "remove"): Command =>
  async (invocation) => {
    const which = parseWhich(invocation);
    const value = await finished((input) => ask((api) => api.queue[kind].mutate(input)), which);
    const skipped = value.skipped === 0 ? "" : `, ${value.skipped} not (gone, or being delivered)`;
    const failed = value.state === "done" ? "" : ` ${value.error ?? value.state}`;
    return {
      text: `${value.title}: ${value.done} done${skipped}.${failed}\n`,
      value,
      exitCode: value.state === "done" ? 0 : 1,
    };
  };

export const queue = {
  list,
  retry: act("retry"),
  hold: act("hold"),
  release: act("release"),
  bounce: act("bounce"),
  remove: act("remove"),
} as const;
