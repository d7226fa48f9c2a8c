/**
 * The end of DATA: the content flow gives its verdict (or, without direct
 * processing, will later), what must be kept is committed, and only then the
 * client hears 250. Any doubt is 451: the client still has the message.
 */
import { decodeWords } from "@sluice/mail-syntax";
import { errorCatalogue, GatewayError } from "../errors.ts";
import type { Ran } from "../flows/flow-input.ts";
import type { LiveFlow } from "../flows/live-flow.ts";
import type { FlowTrace } from "../flows/trace.ts";
import type { ContentVerdict } from "../flows/verdict.ts";
import type { Outcome } from "../history/event.ts";
import type {
  Acceptance,
  Envelope,
  HeldMessage,
  NewEntry,
  StoredBody,
} from "../queue/queue-entry.ts";
import type { Content } from "../scanner/content.ts";
import { receivedField } from "./received-field.ts";
import { parseCatalogueReply, replies, replyText, type SessionReply } from "./reply.ts";
import {
  connectionFacts,
  decidingNode,
  eventOf,
  recordOf,
  type Session,
  type TakenRecipient,
  type Transaction,
} from "./session.ts";

const maximumHeaderBytes = 100 * 1024;

/** Text of the subject, decoded, for history and lists. */
export const subjectOf = (header: Buffer): string => {
  const match = /^subject:[ \t]*((?:[^\r\n]|\r?\n[ \t])*)/im.exec(header.toString("latin1"));
  if (match === null) return "";
  const raw = (match[1] ?? "").replace(/\r?\n[ \t]+/g, " ").trim();
  return decodeWords(Buffer.from(raw, "latin1").toString("utf8")).slice(0, 998);
};

const countHops = (header: Buffer): number =>
  header.toString("latin1").match(/^received:/gim)?.length ?? 0;

/** What is wrong with the message before any flow looks at it. */
export const judgeForm = (session: Session, content: Content): SessionReply | null => {
  const { listener } = session;
  if (content.size > listener.maximumMessageBytes)
    return replies.tooBig(listener.maximumMessageBytes);
  if (content.header.length > maximumHeaderBytes) return replies.headerTooBig;
  if (countHops(content.header) > listener.maximumHops) return replies.looping;
  return null;
};

type RecipientVerdict = { readonly recipient: TakenRecipient; readonly ran: Ran<ContentVerdict> };

const flowOf = (session: Session, id: string | null): LiveFlow | null =>
  id === null ? null : (session.snapshot.flows.get(id) ?? null);

/** One run for all recipients that share a flow which does not look at them; else one for each. */
const runFlows = async (
  session: Session,
  transaction: Transaction,
  content: Content,
): Promise<RecipientVerdict[]> => {
  const { parts, listener } = session;
  const recipients = transaction.recipients.map(({ recipient }) => recipient);
  const shared = new Map<string | null, Ran<ContentVerdict>>();
  const verdicts: RecipientVerdict[] = [];
  for (const recipient of transaction.recipients) {
    const flow = flowOf(session, recipient.contentFlow);
    const isShared = flow === null || !flow.dependsOnRecipient;
    const known = isShared ? shared.get(recipient.contentFlow) : undefined;
    const ran =
      known ??
      (await parts.runner.content(flow, {
        ...connectionFacts(session),
        messageId: transaction.messageId,
        sender: transaction.sender,
        recipient: recipient.recipient,
        recipients,
        content,
        smtpUtf8: transaction.smtpUtf8,
        domain: recipient.match?.id ?? null,
        transport: recipient.transport,
        directProcessing: listener.directProcessing,
      }));
    if (known === undefined) {
      if (isShared) shared.set(recipient.contentFlow, ran);
      if (ran.trace !== null) transaction.traces.push(ran.trace);
    }
    verdicts.push({ recipient, ran });
  }
  return verdicts;
};

type Answer = {
  readonly reply: SessionReply;
  readonly outcome: Outcome;
  readonly trace: FlowTrace | null;
};

/** Reject before defer; everything else is an acceptance. */
const answerOf = (verdicts: readonly RecipientVerdict[], messageId: string): Answer | null => {
  for (const kind of ["reject", "defer"] as const) {
    const found = verdicts.find(({ ran }) => ran.verdict.answer.kind === kind);
    if (found === undefined) continue;
    const { answer } = found.ran.verdict;
    const text = answer.kind === "accept" ? "" : answer.text;
    return kind === "reject"
      ? { reply: replies.rejected(text, messageId), outcome: "rejected", trace: found.ran.trace }
      : { reply: replies.deferred(text, messageId), outcome: "deferred", trace: found.ran.trace };
  }
  return null;
};

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
  mayBounce: session.signIn !== null,
  subject,
  metadata,
});

type Kept = { readonly bodies: StoredBody[]; readonly outcomes: Set<Outcome> };

/** Bodies by header and sender, with the entries and held copies that the verdicts ask for. */
const keep = (
  session: Session,
  transaction: Transaction,
  content: Content,
  prefix: Buffer,
  subject: string,
  verdicts: readonly RecipientVerdict[],
): Kept => {
  const groups = new Map<
    Buffer | null,
    { content: Content; entries: NewEntry[]; held: HeldMessage[] }
  >();
  const outcomes = new Set<Outcome>();
  const copied = new Set<unknown>();
  for (const { recipient, ran } of verdicts) {
    const { verdict, trace } = ran;
    const group = groups.get(verdict.header) ?? {
      content: verdict.content ?? content,
      entries: [],
      held: [],
    };
    groups.set(verdict.header, group);
    const sender = verdict.sender ?? transaction.sender;
    for (const action of verdict.actions) {
      switch (action.kind) {
        case "deliver": {
          // a shared verdict names the recipient it ran for; each of the others gets its own copy
          const isOwn =
            action.recipient === transaction.recipients[0]?.recipient ||
            action.recipient === recipient.recipient;
          if (!isOwn && copied.has(action)) break;
          copied.add(action);
          group.entries.push({
            queue: "outgoing",
            sender,
            recipient: isOwn ? recipient.recipient : action.recipient,
            domain: recipient.match?.id ?? null,
            transport: action.transport ?? recipient.transport,
            delaySeconds: action.delaySeconds,
            envelope: envelopeOf(session, transaction, recipient, subject, action.metadata),
          });
          outcomes.add("queued");
          break;
        }
        case "quarantine":
          group.held.push({
            quarantine: action.quarantine,
            sender,
            recipient: recipient.recipient,
            subject,
            reason: action.reason,
            flow: trace?.flow ?? "",
            node: decidingNode(trace),
            retentionDays:
              session.snapshot.settings.quarantines[action.quarantine]?.retentionDays ?? 30,
            envelope: envelopeOf(session, transaction, recipient, subject, {}),
          });
          outcomes.add("quarantined");
          break;
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
  const bodies = [...groups]
    .filter(([, { entries, held }]) => entries.length + held.length > 0)
    .map(
      ([header, group]): StoredBody => ({
        prefix,
        header: header ?? group.content.header,
        ...group,
      }),
    );
  return { bodies, outcomes };
};

const incomingBody = (
  session: Session,
  transaction: Transaction,
  content: Content,
  prefix: Buffer,
  subject: string,
): StoredBody => ({
  prefix,
  header: content.header,
  content,
  held: [],
  entries: transaction.recipients.map((recipient) => ({
    queue: "incoming",
    sender: transaction.sender,
    recipient: recipient.recipient,
    domain: recipient.match?.id ?? null,
    transport: recipient.transport,
    delaySeconds: 0,
    envelope: envelopeOf(session, transaction, recipient, subject, {}),
  })),
});

/** Ends the transaction; the reply is the client's receipt. Never throws. */
export const receiveMessage = async (
  session: Session,
  transaction: Transaction,
  content: Content,
  transmission: string,
): Promise<SessionReply> => {
  const { parts, snapshot, listener } = session;
  const subject = subjectOf(content.header);
  const { messageId } = transaction;
  const end = (answer: Answer): SessionReply => {
    const kind =
      answer.outcome === "rejected"
        ? "message-rejected"
        : answer.outcome === "deferred"
          ? "message-deferred"
          : "message-accepted";
    transaction.events.push(
      eventOf(session, kind, { reply: replyText(answer.reply), size: content.size }),
    );
    return answer.reply;
  };
  const record = (answer: Answer) =>
    recordOf(session, transaction, {
      outcome: answer.outcome,
      stage: "data",
      reply: replyText(answer.reply),
      trace: answer.trace,
      subject,
      size: content.size,
    });
  const refuse = (answer: Answer): SessionReply => {
    const reply = end(answer);
    parts.history.record(record(answer));
    return reply;
  };

  try {
    const malformed = judgeForm(session, content);
    if (malformed !== null) return refuse({ reply: malformed, outcome: "rejected", trace: null });

    const prefix = receivedField({
      helo: session.helo,
      clientAddress: session.clientAddress,
      hostName: parts.hostName,
      transmission,
      listener: session.listenerId,
      messageId,
      tls: session.tls,
      at: parts.clock(),
    });
    const store = async (bodies: readonly StoredBody[], answer: Answer): Promise<SessionReply> => {
      const reply = end(answer);
      const acceptance: Acceptance = {
        messageId,
        revision: snapshot.revision,
        listener: session.listenerId,
        receivedAt: parts.clock(),
        bodies,
        history: record(answer),
      };
      await parts.acceptMessage(acceptance);
      return reply;
    };

    if (!listener.directProcessing) {
      return await store([incomingBody(session, transaction, content, prefix, subject)], {
        reply: replies.accepted(messageId),
        outcome: "incoming",
        trace: null,
      });
    }

    const verdicts = await runFlows(session, transaction, content);
    const refusal = answerOf(verdicts, messageId);
    const keptOnRefusal =
      refusal?.outcome === "rejected"
        ? verdicts.filter(({ ran }) =>
            ran.verdict.actions.some((action) => action.kind === "quarantine" && action.reject),
          )
        : [];
    if (refusal !== null && keptOnRefusal.length === 0) return refuse(refusal);

    const { bodies, outcomes } = keep(
      session,
      transaction,
      content,
      prefix,
      subject,
      refusal === null ? verdicts : keptOnRefusal,
    );
    const deciding = verdicts.at(-1)?.ran.trace ?? null;
    const [only] = outcomes;
    const outcome: Outcome = outcomes.size > 1 ? "mixed" : (only ?? "deleted");
    if (refusal !== null) return await store(bodies, { ...refusal, outcome: "quarantined" });
    return await store(bodies, { reply: replies.accepted(messageId), outcome, trace: deciding });
  } catch (error) {
    const code = error instanceof GatewayError ? error.code : "INTERNAL";
    const { reply: text } = errorCatalogue[code];
    const reply =
      text === "" ? replies.failed(messageId) : parseCatalogueReply(`${text} (${messageId})`);
    parts.history.log({
      level: "error",
      component: "session",
      messageId,
      text: `not accepted: ${error instanceof Error ? error.message : String(error)}`,
    });
    transaction.events.pop();
    return refuse({ reply, outcome: "deferred", trace: null });
  }
};
