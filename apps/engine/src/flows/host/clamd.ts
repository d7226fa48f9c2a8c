/**
 * ClamAV by the protocol of clamd: the message goes over as an INSTREAM, the answer is
 * "OK", the name of what was found, or an error. Only a whole "OK" means clean.
 */
import {
  type Conversation,
  ConversationError,
  createInquiry,
  type Place,
  upTo,
} from "./conversation.ts";

export type VirusScan =
  | { readonly kind: "scanned"; readonly found: readonly string[] }
  | { readonly kind: "error"; readonly text: string };

export type VirusQuestion = {
  readonly places: readonly Place[];
  readonly message: () => AsyncIterable<Buffer>;
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
};

export type Clamd = { readonly scan: (question: VirusQuestion) => Promise<VirusScan> };

export const createClamd = (): Clamd => {
  const inquire = createInquiry("ClamAV", (why) =>
    why.endsWith("hung up") ? " (is the message larger than its StreamMaxLength?)" : "",
  );
  return { scan: (question) => inquire(question, (conversation) => ask(conversation, question)) };
};

const ask = async (conversation: Conversation, { message }: VirusQuestion): Promise<VirusScan> => {
  await conversation.write("zINSTREAM\0");
  for await (const chunk of message()) {
    // it answers before the end only to say that it will not read on
    if (conversation.isAnswered()) break;
    if (chunk.length === 0) continue;
    await conversation.write(lengthOf(chunk.length));
    await conversation.write(chunk);
  }
  await conversation.write(lengthOf(0));
  const bytes = await conversation.read(upTo("\0"), 16_384);
  const answer = bytes.toString("utf8").replace(/\0$/, "");
  if (answer === "stream: OK") return { kind: "scanned", found: [] };
  const found = /^stream: (.+) FOUND$/.exec(answer);
  if (found !== null) return { kind: "scanned", found: [found[1] ?? ""] };
  throw new ConversationError(`it said ${answer.replace(/[^ -~]/g, "?").slice(0, 200)}`);
};

const lengthOf = (length: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
};
