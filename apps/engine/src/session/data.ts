/**
 * The end of DATA: the content flow gives its verdict (or, without direct
 * processing, will later), what must be kept is committed, and only then the
 * client hears 250. Any doubt is 451: the client still has the message.
 *
 * If the process dies before the commit, nothing is stored and the client tries
 * again; if it dies after it, the client may send the message twice.
 */
import { decodeWords } from "@sluice/mail-syntax";
import { errorCatalogue, GatewayError } from "../errors.ts";
import type { Ran } from "../flows/flow-input.ts";
import type { LiveFlow } from "../flows/live-flow.ts";
import type { FlowTrace } from "../flows/trace.ts";
import type { AcceptReply, ContentVerdict } from "../flows/verdict.ts";
import type { HistoryRecord, Outcome } from "../history/event.ts";
import type { StoredBody } from "../queue/queue-entry.ts";
import { decodeCharset } from "../scanner/charset.ts";
import type { Content } from "../scanner/content.ts";
import { incomingBody, keepMessage, type RecipientVerdict } from "./acceptance.ts";
import { receivedField, transmissionOf } from "./received-field.ts";
import { parseCatalogueReply, replies, replyText, type SessionReply } from "./reply.ts";
import { connectionFacts, eventOf, recordOf, type Session, type Transaction } from "./session.ts";

const maximumHeaderBytes = 100 * 1024;
/** What checks a signature takes the lines one by one from the front, so its time grows with their square. */
const maximumHeaderLines = 5000;

/** Text of the subject, decoded, for history and lists. */
export const subjectOf = (header: Buffer): string => {
  const match = /^subject:[ \t]*((?:[^\r\n]|\r?\n[ \t])*)/im.exec(header.toString("latin1"));
  if (match === null) return "";
  const raw = (match[1] ?? "").replace(/\r?\n[ \t]+/g, " ").trim();
  return decodeWords(raw, decodeCharset).slice(0, 998);
};

const hasTooManyLines = (header: Buffer): boolean => {
  let lines = 0;
  for (let at = header.indexOf(10); at >= 0; at = header.indexOf(10, at + 1)) lines += 1;
  return lines > maximumHeaderLines;
};

const countHops = (header: Buffer): number =>
  header.toString("latin1").match(/^received:/gim)?.length ?? 0;

/** What is wrong with the message before any flow looks at it. */
export const judgeForm = (
  { listener }: Session,
  content: Content,
  messageId: string,
): SessionReply | null => {
  const { maximumMessageBytes, maximumHops } = listener;
  if (content.size > maximumMessageBytes) return replies.tooBig(maximumMessageBytes, messageId);
  if (content.header.length > maximumHeaderBytes) return replies.headerTooBig(messageId);
  if (hasTooManyLines(content.header)) return replies.headerTooLong(messageId);
  if (countHops(content.header) > maximumHops) return replies.looping(messageId);
  return null;
};

/** Ends the transaction: one reply, or with LMTP one for each recipient. Never throws. */
export const receiveMessage = async (
  session: Session,
  transaction: Transaction,
  content: Content,
): Promise<readonly SessionReply[]> => {
  const { parts, listener } = session;
  const { messageId } = transaction;
  const subject = subjectOf(content.header);
  const finish = (ending: Ending): HistoryRecord => {
    const { reply, outcome } = ending;
    const kind = reply.code < 400 ? "accepted" : reply.code < 500 ? "deferred" : "rejected";
    transaction.events.push(
      eventOf(session, `message-${kind}`, { reply: replyText(reply), size: content.size }),
    );
    return recordOf(session, transaction, {
      outcome,
      stage: "data",
      reply: replyText(reply),
      trace: ending.trace,
      subject,
      size: content.size,
    });
  };

  try {
    const malformed = judgeForm(session, content, messageId);
    if (malformed !== null) return refuse(session, finish, rejection(malformed, null));
    const message = { content, subject, prefix: prefixOf(session, transaction) };
    if (!listener.directProcessing) {
      const ending = {
        reply: replies.accepted(messageId),
        outcome: "incoming",
        trace: null,
      } as const;
      const incoming = incomingBody(session, transaction, message);
      return await store(session, transaction, [incoming], finish, ending);
    }

    const verdicts = await runFlows(session, transaction, content);
    if (session.cancel.isOver) {
      // the client is gone and will come again: taking the message now would double it
      return refuse(session, finish, deferral(replies.failed(messageId), null));
    }
    if (listener.protocol === "lmtp") {
      return await answerEach(session, transaction, verdicts, message, finish);
    }
    const refusal = refusalOf(verdicts, messageId);
    // a quarantine may refuse the client and keep the message all the same
    const kept = refusal === null ? verdicts : verdicts.filter(isKeptThough(refusal));
    if (refusal !== null && kept.length === 0) return refuse(session, finish, refusal);
    const { bodies, outcomes } = keepMessage(session, transaction, message, kept);
    return await store(session, transaction, bodies, finish, {
      reply: refusal?.reply ?? replies.accepted(messageId, wantedReply(verdicts)),
      outcome: oneOutcome(outcomes),
      trace: refusal?.trace ?? verdicts.at(-1)?.ran.trace ?? null,
    });
  } catch (error) {
    parts.history.log({
      level: "error",
      component: "session",
      messageId,
      text: `not accepted: ${error instanceof Error ? error.message : String(error)}`,
    });
    return refuse(session, finish, deferral(failureReply(error, messageId), null));
  }
};

type Ending = {
  readonly reply: SessionReply;
  readonly outcome: Outcome;
  readonly trace: FlowTrace | null;
};
type Finish = (ending: Ending) => HistoryRecord;

const rejection = (reply: SessionReply, trace: FlowTrace | null): Ending => ({
  reply,
  outcome: "rejected",
  trace,
});

const deferral = (reply: SessionReply, trace: FlowTrace | null): Ending => ({
  reply,
  outcome: "deferred",
  trace,
});

/** One reply for all; in LMTP it is repeated by whoever sends it. */
const refuse = (session: Session, finish: Finish, ending: Ending): readonly SessionReply[] => {
  session.parts.history.record(finish(ending));
  return [ending.reply];
};

const store = async (
  session: Session,
  transaction: Transaction,
  bodies: readonly StoredBody[],
  finish: Finish,
  ending: Ending,
): Promise<readonly SessionReply[]> => {
  const before = transaction.events.length;
  try {
    await session.parts.acceptMessage({
      messageId: transaction.messageId,
      revision: session.snapshot.revision,
      listener: session.listenerId,
      receivedAt: session.parts.clock(),
      bodies,
      history: finish(ending),
    });
  } catch (error) {
    transaction.events.length = before; // it was not accepted after all
    throw error;
  }
  return [ending.reply];
};

const failureReply = (error: unknown, messageId: string): SessionReply => {
  const { reply } = errorCatalogue[error instanceof GatewayError ? error.code : "INTERNAL"];
  return reply === "" ? replies.failed(messageId) : parseCatalogueReply(`${reply} (${messageId})`);
};

const prefixOf = (session: Session, transaction: Transaction): Buffer =>
  receivedField({
    helo: session.helo,
    clientAddress: session.clientAddress,
    hostName: session.parts.hostName,
    transmission: transmissionOf(session, transaction.smtpUtf8),
    listener: session.listenerId,
    messageId: transaction.messageId,
    tls: session.tls,
    at: session.parts.clock(),
  });

/** Said when a flow is named that cannot run. */
const cannotRun: Ran<ContentVerdict> = {
  verdict: { answer: { kind: "defer", text: "" }, actions: [], header: null },
  trace: null,
};

/** One run for all recipients that share a flow which does not look at them; else one for each. */
const runFlows = async (
  session: Session,
  transaction: Transaction,
  content: Content,
): Promise<RecipientVerdict[]> => {
  const recipients = transaction.recipients.map(({ recipient }) => recipient);
  const facts = connectionFacts(session);
  const shared = new Map<string, Pick<RecipientVerdict, "ran" | "ranFor">>();
  const verdicts: RecipientVerdict[] = [];
  for (const recipient of transaction.recipients) {
    const flow = flowOf(session, recipient.contentFlow);
    const isShared = flow === null || !flow.dependsOnRecipient;
    // domain and transport can be asked for without naming the recipient
    const key = `${recipient.contentFlow ?? ""}\n${recipient.match?.id ?? ""}\n${recipient.transport ?? ""}`;
    const known = isShared ? shared.get(key) : undefined;
    if (known !== undefined) {
      verdicts.push({ recipient, ...known });
      continue;
    }
    const ran =
      flow === null && recipient.contentFlow !== null
        ? cannotRun
        : await session.parts.runner.content(flow, {
            ...facts,
            messageId: transaction.messageId,
            sender: transaction.sender,
            recipient: recipient.recipient,
            recipients,
            content,
            smtpUtf8: transaction.smtpUtf8,
            requireTls: transaction.requireTls,
            domain: recipient.match?.id ?? null,
            transport: recipient.transport,
            directProcessing: true,
          });
    if (ran.trace !== null) transaction.traces.push(ran.trace);
    if (isShared) shared.set(key, { ran, ranFor: recipient });
    verdicts.push({ recipient, ran, ranFor: recipient });
  }
  return verdicts;
};

const flowOf = (session: Session, id: string | null): LiveFlow | null =>
  id === null ? null : (session.snapshot.flows.get(id) ?? null);

/** Reject before defer; everything else is an acceptance. */
const refusalOf = (verdicts: readonly RecipientVerdict[], messageId: string): Ending | null => {
  for (const kind of ["reject", "defer"] as const) {
    for (const { ran } of verdicts) {
      const { answer } = ran.verdict;
      if (answer.kind !== kind) continue;
      return kind === "reject"
        ? rejection(replies.rejected(answer.text, messageId), ran.trace)
        : deferral(replies.deferred(answer.text, messageId), ran.trace);
    }
  }
  return null;
};

/** What the first flow that has a wish wants the client to be told. */
const wantedReply = (verdicts: readonly RecipientVerdict[]): AcceptReply | undefined => {
  for (const { ran } of verdicts) {
    const { answer } = ran.verdict;
    if (answer.kind === "accept" && answer.reply !== undefined) return answer.reply;
  }
  return undefined;
};

const isKeptThough =
  (refusal: Ending) =>
  ({ ran }: RecipientVerdict): boolean =>
    refusal.outcome === "rejected" &&
    ran.verdict.actions.some((action) => action.kind === "quarantine" && action.reject);

const oneOutcome = (outcomes: ReadonlySet<Outcome>): Outcome => {
  const [only = "deleted"] = outcomes;
  return outcomes.size > 1 ? "mixed" : only;
};

/** LMTP: each recipient has its own verdict and reply; what is taken is committed together. */
const answerEach = async (
  session: Session,
  transaction: Transaction,
  verdicts: readonly RecipientVerdict[],
  message: Parameters<typeof keepMessage>[2],
  finish: Finish,
): Promise<readonly SessionReply[]> => {
  const { messageId } = transaction;
  const endings = verdicts.map((one): { one: RecipientVerdict; refusal: Ending | null } => ({
    one,
    refusal: refusalOf([one], messageId),
  }));
  const kept = endings
    .filter(({ one, refusal }) => refusal === null || isKeptThough(refusal)(one))
    .map(({ one }) => one);
  const accepted = replies.accepted(messageId, wantedReply(verdicts));
  const answers = endings.map(
    ({ one, refusal }) => refusal?.reply ?? replies.accepted(messageId, wantedReply([one])),
  );
  const { bodies, outcomes } = keepMessage(session, transaction, message, kept);
  const all = new Set(outcomes);
  for (const { one, refusal } of endings) {
    if (refusal !== null && !kept.includes(one)) all.add(refusal.outcome);
  }
  const deciding = endings.find(({ refusal }) => refusal !== null)?.refusal ?? null;
  const ending: Ending = {
    reply: deciding?.reply ?? accepted,
    outcome: oneOutcome(all),
    trace: deciding?.trace ?? verdicts.at(-1)?.ran.trace ?? null,
  };
  if (kept.length === 0) refuse(session, finish, ending);
  else await store(session, transaction, bodies, finish, ending);
  return answers;
};
