/** A name and a password asked of Dovecot, by the protocol of its auth-client sockets (version 1). */
import {
  type Conversation,
  ConversationError,
  converse,
  type Place,
  upTo,
} from "./conversation.ts";
import type { PasswordAnswer } from "./radius.ts";

export type DovecotQuestion = {
  readonly place: Place;
  readonly service: string;
  /** Address of the user's machine; "" is not told. */
  readonly clientAddress: string;
  readonly user: Buffer;
  readonly password: Buffer;
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
};

export const askDovecot = async (question: DovecotQuestion): Promise<PasswordAnswer> => {
  const { user, password } = question;
  if (user.length === 0 || password.length === 0 || user.includes(0) || password.includes(0)) {
    return { kind: "wrong" };
  }
  try {
    return await converse(question.place, question, (conversation) => ask(conversation, question));
  } catch (error) {
    if (!(error instanceof ConversationError)) throw error;
    return { kind: "error", text: `Dovecot: ${error.message}.` };
  }
};

const ask = async (
  conversation: Conversation,
  { service, clientAddress, user, password }: DovecotQuestion,
): Promise<PasswordAnswer> => {
  const next = async (): Promise<string[]> =>
    (await conversation.read(upTo("\n"), 65_536)).toString("utf8").replace(/\n$/, "").split("\t");
  await conversation.write(`VERSION\t1\t2\nCPID\t${process.pid}\n`);
  let isVersionRight = false;
  let canPlain = false;
  for (;;) {
    const [word, first, ...more] = await next();
    if (word === "VERSION") isVersionRight = first === "1";
    if (word === "MECH" && first === "PLAIN") canPlain = !more.includes("private");
    if (word === "DONE") break;
  }
  if (!isVersionRight) throw new ConversationError("it speaks another protocol");
  if (!canPlain) throw new ConversationError("it offers no PLAIN");
  const response = Buffer.concat([Buffer.of(0), user, Buffer.of(0), password]).toString("base64");
  const words = [
    "AUTH\t1\tPLAIN",
    `service=${service}`,
    "secured",
    ...(clientAddress === "" ? [] : [`rip=${clientAddress}`]),
    "nologin",
    `resp=${response}`, // must be the last one
  ];
  await conversation.write(`${words.join("\t")}\n`);
  for (;;) {
    const [word, id, ...more] = await next();
    if (id !== "1") continue;
    if (word === "OK") return { kind: "right" };
    if (word === "CONT") throw new ConversationError("it wants a second step");
    if (word !== "FAIL") continue;
    // "I cannot say" comes as a refusal with a mark
    const isTemporary = more.some((one) => one === "temp" || one === "code=temp_fail");
    if (isTemporary) throw new ConversationError("it cannot say now");
    return { kind: "wrong" };
  }
};
