/** MAIL: a transaction begins and gets its message id. */
import { isAscii } from "./ascii.ts";
import { replies, replyText, type SessionReply } from "./reply.ts";
import { abandonTransaction, eventOf, newId, type Session } from "./session.ts";

export type MailCommand = {
  readonly sender: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly smtpUtf8: boolean;
  readonly eightBit: boolean;
  readonly requireTls: boolean;
  readonly ret: "FULL" | "HDRS" | null;
  readonly envid: string | null;
};

/** A refusal; null when the sender is taken. */
export const beginTransaction = (session: Session, command: MailCommand): SessionReply | null => {
  const { listener, parts } = session;
  const refuse = (reply: SessionReply): SessionReply => {
    const shown = replyText(reply);
    session.events.push(
      eventOf(session, "sender-refused", { sender: command.sender, reply: shown }),
    );
    session.failure = { stage: "mail", outcome: "failed", reply: shown, trace: null };
    return reply;
  };
  if (listener.tls.mode === "required" && session.tls === null) return refuse(replies.needsTls);
  if (parts.storageState(listener) === "full") return refuse(replies.storageFull);
  if (!command.smtpUtf8 && !isAscii(command.sender)) return refuse(replies.nonAscii);
  abandonTransaction(session);
  const { parameters, ...rest } = command;
  session.transactions += 1;
  session.transaction = {
    ...rest,
    senderParameters: parameters,
    messageId: newId(parts.clock().getTime()),
    recipients: [],
    refused: [],
    known: new Map(),
    taken: [],
    events: [],
    traces: [],
    refusal: null,
  };
  session.transaction.events.push(eventOf(session, "sender-accepted", { sender: command.sender }));
  return null;
};
