/** What the verdicts on a message leave behind: bodies, entries of the queue, held copies. */
import type { Ran } from "../flows/flow-input.ts";
import type { ContentVerdict } from "../flows/verdict.ts";
import type { Outcome } from "../history/event.ts";
import type { Envelope, HeldMessage, NewEntry, StoredBody } from "../queue/queue-entry.ts";
import { type Content, leavingHeader } from "../scanner/content.ts";
import { withClient } from "../scanner/with-client.ts";
import { decidingNode, type Session, type TakenRecipient, type Transaction } from "./session.ts";
import { hasSpfPass } from "./spf-pass.ts";

export type RecipientVerdict = {
  readonly recipient: TakenRecipient;
  readonly ran: Ran<ContentVerdict>;
  /** The recipient whose run this was: recipients may share one. */
  readonly ranFor: TakenRecipient;
};

export type ReceivedMessage = {
  readonly content: Content;
  readonly prefix: Buffer;
  readonly subject: string;
};

type Body = Pick<StoredBody, "header" | "content"> & { entries: NewEntry[]; held: HeldMessage[] };

/** Bodies that are alike are stored once. */
export const keepMessage = (
  session: Session,
  transaction: Transaction,
  message: ReceivedMessage,
  verdicts: readonly RecipientVerdict[],
): { readonly bodies: readonly StoredBody[]; readonly outcomes: ReadonlySet<Outcome> } => {
  const bodies: Body[] = [];
  const outcomes = new Set<Outcome>();
  const copied = new Set<unknown>();
  const bodyOf = ({ content = message.content, header }: ContentVerdict): Body => {
    const wanted = leavingHeader(content, header);
    const known = bodies.find((one) => one.content === content && isSame(one.header, wanted));
    if (known !== undefined) return known;
    const body: Body = { header: wanted, content, entries: [], held: [] };
    bodies.push(body);
    return body;
  };
  for (const { recipient, ran, ranFor } of verdicts) {
    const { verdict, trace } = ran;
    const sender = verdict.sender ?? transaction.sender;
    const envelope = (metadata: Readonly<Record<string, string>>): Envelope =>
      withClient(envelopeOf(session, transaction, recipient, message.subject, metadata), verdict);
    // in a shared run its recipient stands for each of them; another address gets one copy
    const addressee = (action: { readonly recipient: string }): string | null => {
      if (action.recipient === ranFor.recipient) return recipient.recipient;
      if (copied.has(action)) return null;
      copied.add(action);
      return action.recipient;
    };
    for (const action of verdict.actions) {
      switch (action.kind) {
        case "deliver": {
          const to = addressee(action);
          if (to === null) break;
          bodyOf(verdict).entries.push({
            queue: "outgoing",
            sender,
            recipient: to,
            domain: recipient.match?.id ?? null,
            transport: action.transport ?? recipient.transport,
            delaySeconds: action.delaySeconds,
            envelope: envelope(action.metadata),
          });
          outcomes.add("queued");
          break;
        }
        case "quarantine": {
          const to = addressee(action);
          if (to === null) break;
          const folder = session.snapshot.settings.quarantines[action.quarantine];
          bodyOf(verdict).held.push({
            quarantine: action.quarantine,
            sender,
            recipient: to,
            subject: message.subject,
            reason: action.reason,
            flow: trace?.flow ?? "",
            node: decidingNode(trace),
            retentionDays: folder?.retentionDays ?? 30,
            envelope: { ...envelope({}), releaseTransport: action.transport },
          });
          outcomes.add("quarantined");
          break;
        }
        case "delete":
          outcomes.add("deleted");
          break;
        case "delivered":
          outcomes.add("delivered");
          break;
        default:
          action satisfies never;
      }
    }
  }
  return { bodies: bodies.map((body) => ({ prefix: message.prefix, ...body })), outcomes };
};

const isSame = (one: Buffer, other: Buffer): boolean => one === other || one.equals(other);

/** Without direct processing: everything waits for its content flow in the incoming queue. */
export const incomingBody = (
  session: Session,
  transaction: Transaction,
  message: ReceivedMessage,
): StoredBody => ({
  prefix: message.prefix,
  header: leavingHeader(message.content, null),
  content: message.content,
  held: [],
  entries: transaction.recipients.map((recipient) => ({
    queue: "incoming",
    sender: transaction.sender,
    recipient: recipient.recipient,
    domain: recipient.match?.id ?? null,
    transport: recipient.transport,
    delaySeconds: 0,
    envelope: envelopeOf(session, transaction, recipient, message.subject, {}),
  })),
});

const envelopeOf = (
  session: Session,
  transaction: Transaction,
  recipient: TakenRecipient,
  subject: string,
  metadata: Readonly<Record<string, string>>,
): Envelope => ({
  sessionId: session.id,
  clientAddress: session.clientAddress,
  clientPort: session.clientPort,
  serverAddress: session.serverAddress,
  serverPort: session.serverPort,
  helo: session.helo,
  signIn: session.signIn,
  tls: session.tls === null ? null : { protocol: session.tls.protocol, cipher: session.tls.cipher },
  smtpUtf8: transaction.smtpUtf8,
  eightBit: transaction.eightBit,
  requireTls: transaction.requireTls,
  ret: transaction.ret,
  envid: transaction.envid,
  notify: recipient.notify,
  orcpt: recipient.orcpt,
  mayBounce: session.signIn !== null || isVouchedFor(session, transaction),
  subject,
  metadata,
});

/** Asked only when a reject may still come after 250. */
const isVouchedFor = (session: Session, transaction: Transaction): boolean =>
  !session.listener.directProcessing &&
  hasSpfPass(transaction.traces, {
    clientAddress: session.clientAddress,
    helo: session.helo,
    sender: transaction.sender,
  });
