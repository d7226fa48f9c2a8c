/** Content on its way from the byte filter to the content store, then to its verdict. */

import type { ContentWriter } from "../scanner/content-store.ts";
import { receiveMessage } from "./data.ts";
import { replies, replyText, type SessionReply } from "./reply.ts";
import { recordUnfinished, type Session, type Transaction } from "./session.ts";
import type { Offence, StrictStream } from "./strict-stream.ts";

export type ContentIntake = {
  /** Milliseconds of the monotonic clock. */
  readonly since: number;
  readonly bytes: () => number;
  /** When the final dot was read; null: not yet. */
  readonly wholeSince: () => number | null;
  /** The client is gone before the final dot. */
  readonly abandon: () => void;
};

/** `answer` gets the replies: one, or with LMTP one for each recipient. */
export const openIntake = (
  session: Session,
  transaction: Transaction,
  stream: StrictStream,
  answer: (replies: readonly SessionReply[]) => void,
): ContentIntake => {
  const { listener, parts } = session;
  const limit = listener.maximumMessageBytes;
  const writer = parts.contents.open();
  const { messageId } = transaction;
  let broken: unknown = null;
  let wholeSince: number | null = null;
  const fail = (error: unknown): void => {
    broken ??= error ?? new Error("the content could not be kept");
  };

  stream.startContent({
    write: (chunk) => {
      if (broken !== null || stream.dataBytes > limit) return undefined; // told after the final dot
      try {
        return writer.write(chunk)?.catch(fail);
      } catch (error) {
        fail(error);
        return undefined;
      }
    },
    end: (offence) => {
      wholeSince = parts.monotonic();
      session.transaction = null; // it has its own ending now, whatever becomes of the connection
      // RFC 2033 §4.2: with LMTP a reply for each RCPT that was taken, also for a repeated one
      const repeat = (given: readonly SessionReply[]): readonly SessionReply[] =>
        listener.protocol === "lmtp"
          ? transaction.taken.flatMap((place) => given[place] ?? given[0] ?? [])
          : given.slice(0, 1);
      conclude(offence).then(
        (given) => answer(repeat(given)),
        (error: unknown) => {
          parts.history.log({
            level: "error",
            component: "session",
            messageId,
            text: `not accepted: ${String(error)}`,
          });
          answer(repeat([replies.failed(messageId)]));
        },
      );
    },
  });

  const conclude = async (offence: Offence | null): Promise<readonly SessionReply[]> => {
    const refusal = refusalOf(offence);
    if (refusal !== null || broken !== null) {
      await writer.abandon();
      return [refuse(session, transaction, refusal ?? replies.storageFull)];
    }
    const content = await finish(writer);
    if (content === null) return [refuse(session, transaction, replies.storageFull)];
    try {
      return await receiveMessage(session, transaction, content);
    } finally {
      await content.release();
    }
  };

  const refusalOf = (offence: Offence | null): SessionReply | null => {
    if (stream.dataBytes > limit) return replies.tooBig(limit, messageId);
    if (offence === "nul") return replies.nul(messageId);
    if (offence === "long-line") return replies.longLine(messageId);
    return offence === "bare-line-end" ? replies.bareLineEnd(messageId) : null;
  };

  return {
    since: parts.monotonic(),
    bytes: () => stream.dataBytes,
    wholeSince: () => wholeSince,
    abandon: () => void writer.abandon().catch(() => {}),
  };
};

const finish = async (writer: ContentWriter) => {
  try {
    return await writer.finish();
  } catch {
    await writer.abandon();
    return null; // the disk refused the last bytes
  }
};

/** Refused for its form: no flow has seen it. */
const refuse = (session: Session, transaction: Transaction, reply: SessionReply): SessionReply => {
  transaction.refusal = {
    outcome: reply.code >= 500 ? "rejected" : "deferred",
    reply: replyText(reply),
    trace: null,
  };
  transaction.refused.push(...transaction.recipients.splice(0).map(({ address }) => address));
  recordUnfinished(session, transaction, "data");
  return reply;
};
