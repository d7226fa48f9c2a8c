/**
 * SpamAssassin by the protocol of spamd (SPAMC/1.5). A score is given only for an
 * answer that is whole and says so; everything else is an error with its reason.
 */
import {
  type Conversation,
  ConversationError,
  createInquiry,
  type Place,
  upTo,
} from "./conversation.ts";

export type SpamScan =
  | {
      readonly kind: "scanned";
      readonly score: number;
      /** What the server itself calls spam. */
      readonly threshold: number;
      readonly isSpam: boolean;
      /** The rules that fired and their scores; null: not asked for, or the report has no table of them. */
      readonly rules: ReadonlyMap<string, number> | null;
    }
  | { readonly kind: "error"; readonly text: string };

export type SpamQuestion = {
  readonly places: readonly Place[];
  readonly size: number;
  readonly message: () => AsyncIterable<Buffer>;
  /** Scores of rules cost a longer answer. */
  readonly withRules: boolean;
  readonly user: string;
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
};

export type Spamd = { readonly scan: (question: SpamQuestion) => Promise<SpamScan> };

export const createSpamd = (): Spamd => {
  const inquire = createInquiry("SpamAssassin");
  return { scan: (question) => inquire(question, (conversation) => ask(conversation, question)) };
};

const ask = async (
  conversation: Conversation,
  { size, message, withRules, user }: SpamQuestion,
): Promise<SpamScan> => {
  const head = [
    `${withRules ? "REPORT" : "CHECK"} SPAMC/1.5`,
    `Content-length: ${size}`,
    ...(user === "" ? [] : [`User: ${user}`]),
  ];
  await conversation.write(`${head.join("\r\n")}\r\n\r\n`);
  for await (const chunk of message()) {
    if (conversation.isAnswered()) break;
    await conversation.write(chunk);
  }
  conversation.finish();
  const first = (await conversation.read(upTo("\n"), 4096)).toString("latin1").trim();
  const status = /^SPAMD\/\d+\.\d+ (\d+)(?: (.*))?$/.exec(first);
  if (status === null) throw new ConversationError(`this is no answer of spamd: ${short(first)}`);
  if (status[1] !== "0") throw new ConversationError(`it said ${short(status[2] ?? first)}`);
  const fields = new Map<string, string>();
  for (;;) {
    const line = (await conversation.read(upTo("\n"), 16_384)).toString("latin1").trim();
    if (line === "") break;
    const colon = line.indexOf(":");
    fields.set(line.slice(0, Math.max(0, colon)).toLowerCase(), line.slice(colon + 1).trim());
  }
  const number = String.raw`(-?\d+(?:\.\d+)?)`;
  const verdict = new RegExp(`^(true|yes|false|no) *; *${number} */ *${number}$`, "i").exec(
    fields.get("spam") ?? "",
  );
  if (verdict === null) throw new ConversationError("its answer has no score");
  const length = Number(fields.get("content-length") ?? (withRules ? Number.NaN : 0));
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new ConversationError("its answer has no length");
  }
  const body = await conversation.read(() => length);
  return {
    kind: "scanned",
    score: Number(verdict[2]),
    threshold: Number(verdict[3]),
    isSpam: /^(?:true|yes)$/i.test(verdict[1] ?? ""),
    rules: withRules ? rulesOf(body.toString("latin1")) : null,
  };
};

/**
 * Lines of the report's table: score, name, words about it. The table is the last thing in the
 * report; what stands before its head may be words of the message.
 */
const rulesOf = (report: string): ReadonlyMap<string, number> | null => {
  const head = [...report.matchAll(/^---- -{10,} -{10,}[ \t]*\r?$/gm)].at(-1);
  if (head === undefined) return null;
  const table = report.slice(head.index);
  return new Map(
    [...table.matchAll(/^[ *]*(-?\d+(?:\.\d+)?)[ \t]+([A-Z][A-Z0-9_]+)(?=[ \t\r\n]|$)/gm)].map(
      ([, score, name]) => [name ?? "", Number(score)] as const,
    ),
  );
};

const short = (text: string): string => text.replace(/[^ -~]/g, "?").slice(0, 200);
