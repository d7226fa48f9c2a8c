/** Mail that waits: seen, and acted on. */
import type { RouterOutputs } from "../api/router.ts";
import { ask, fetchDownload } from "./connect.ts";
import { type Command, CommandError, oneWord } from "./invocation.ts";
import { parseFilter, parsePauseTarget, parseWhich, type Which } from "./queue-filter.ts";
import { table } from "./table.ts";

type Job = RouterOutputs["queue"]["job"];
type Summary = RouterOutputs["queue"]["summary"];
type Pause = RouterOutputs["queue"]["pauses"][number];

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
    row.paused ? "paused" : row.active ? "now" : row.nextAttemptAt,
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

const pauseWords = ({ target, since, by }: Pause): string => {
  const what =
    target.kind === "all"
      ? "everything"
      : target.kind === "transport"
        ? `transport:${target.transport}`
        : `hop:${target.destination}`;
  return `paused: ${what}, by ${by} since ${since}\n`;
};

const summaryText = (summary: Summary): string => {
  const queues = table(
    ["queue", "entries", "oldest"],
    summary.queues.map(({ queue: name, count, oldest }) => [name, count, oldest ?? ""]),
  );
  const hops = table(
    ["next hop", "queue", "entries", "oldest", "next", "last reply"],
    summary.nextHops.map((hop) => [
      hop.nextHop === "" ? "not decided" : hop.nextHop,
      hop.queue,
      hop.count,
      hop.oldest,
      hop.paused ? "paused" : (hop.nextAttempt ?? ""),
      hop.lastReply ?? "",
    ]),
  );
  const replies = table(
    ["entries", "hops", "oldest", "answer"],
    summary.replies.map(({ count, nextHops, oldest, reply }) => [count, nextHops, oldest, reply]),
  );
  return [queues, hops, replies].join("\n");
};

const summary: Command = async () => {
  const value = await ask(async (api) => ({
    ...(await api.queue.summary.query()),
    pauses: await api.queue.pauses.query(),
  }));
  return { text: `${value.pauses.map(pauseWords).join("")}${summaryText(value)}`, value };
};

/** Waits for the job; an interrupt stops it, and what was done stays done. */
const finished = async (begun: Job): Promise<Job> => {
  let job = begun;
  const { id } = job;
  const stop = (): void => {
    ask((api) => api.queue.stopJob.mutate({ id })).catch(() => {}); // it may be over already
  };
  process.once("SIGINT", stop);
  while (job.state === "running") {
    if (process.stderr.isTTY) process.stderr.write(`\r${job.done + job.skipped} of ${job.total}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    job = await ask((api) => api.queue.job.query({ id }));
  }
  if (process.stderr.isTTY) process.stderr.write("\r");
  process.off("SIGINT", stop);
  return job;
};

const outcomeOf = (value: Job) => {
  const why = value.reasons.map(({ why: reason, count }) => `${count} ${reason}`).join(", ");
  const skipped = value.skipped === 0 ? "" : `, ${value.skipped} left alone (${why})`;
  const failed = value.state === "done" ? "" : ` ${value.error ?? value.state}`;
  return {
    text: `${value.title}: ${value.done} done${skipped}.${failed}\n`,
    value,
    exitCode: value.state === "done" ? 0 : 1,
  };
};

const act =
  (kind: "retry" | "hold" | "release" | "bounce" | "remove"): Command =>
  async ({ words, all }) => {
    const which = parseWhich(words, all);
    return outcomeOf(await finished(await ask((api) => api.queue[kind].mutate(which))));
  };

const change =
  (what: string, begin: (to: string, which: Which) => Promise<Job>): Command =>
  async ({ words: [to, ...words], all }) => {
    if (to === undefined) throw new CommandError(2, `Give ${what}, then queue ids or a filter.`);
    return outcomeOf(await finished(await begin(to, parseWhich(words, all))));
  };

const download: Command = async (invocation) => {
  const queueId = oneWord(invocation, "queue id");
  const { path } = await ask((api) => api.queue.download.mutate({ queueId }));
  const bytes = await fetchDownload(path);
  return { text: "", bytes, value: { queueId, base64: bytes.toString("base64") } };
};

const pause: Command = async ({ words }) => {
  const target = parsePauseTarget(words);
  await ask((api) => api.queue.pause.mutate(target));
  return { text: `${words[0]} is paused. New mail for it is taken, and waits.\n`, value: target };
};

const resume: Command = async ({ words }) => {
  const target = parsePauseTarget(words);
  await ask((api) => api.queue.resume.mutate(target));
  return { text: `${words[0]} goes on.\n`, value: target };
};

export const queue = {
  list,
  summary,
  retry: act("retry"),
  hold: act("hold"),
  release: act("release"),
  bounce: act("bounce"),
  remove: act("remove"),
  changeTransport: change("a transport", (transport, which) =>
    ask((api) => api.queue.changeTransport.mutate({ ...which, transport })),
  ),
  changeRecipient: change("an address", (recipient, which) =>
    ask((api) => api.queue.changeRecipient.mutate({ ...which, recipient })),
  ),
  download,
  pause,
  resume,
} as const;
