/**
 * RCPT: a recipient is taken only for a domain of ours on this listener, or from
 * a signed-in user; then the domain's recipient flow decides. The local part is
 * opaque: no `%`, `!` or source route means anything.
 */
import { domainOf, parseMailbox } from "@sluice/mail-syntax";
import type { LiveFlow } from "../flows/live-flow.ts";
import { isAscii } from "./ascii.ts";
import { type DomainMatch, matchDomain } from "./domain-match.ts";
import { replies, replyText, type SessionReply } from "./reply.ts";
import {
  connectionFacts,
  eventOf,
  type Session,
  type TakenRecipient,
  type Transaction,
} from "./session.ts";

export type RcptCommand = {
  readonly address: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly notify: TakenRecipient["notify"];
  readonly orcpt: string | null;
};

/** null: the recipient is taken. */
export const takeRecipient = async (
  session: Session,
  transaction: Transaction,
  command: RcptCommand,
): Promise<SessionReply | null> => {
  const { snapshot, listener, listenerId, parts } = session;
  const refuse = (
    reply: SessionReply,
    outcome: "rejected" | "deferred",
    trace: Transaction["traces"][number] | null = null,
  ): SessionReply => {
    transaction.refused.push(command.address);
    transaction.events.push(
      eventOf(
        session,
        outcome === "rejected" ? "recipient-rejected" : "recipient-deferred",
        { reply: replyText(reply) },
        command.address,
      ),
    );
    transaction.refusal = { outcome, reply: replyText(reply), trace };
    return reply;
  };

  if (!transaction.smtpUtf8 && !isAscii(command.address))
    return refuse(replies.nonAscii, "rejected");
  const mailbox = parseMailbox(command.address);
  const name = mailbox === null ? "" : domainOf(mailbox);
  const match =
    name === "" ? postmasterDomain(session) : matchDomain(snapshot.settings, listenerId, name);
  if (match === null && session.signIn === null) return refuse(replies.noSuchDomain, "rejected");
  if (match === null && listener.outboundTransport === undefined) {
    return refuse(replies.noOutbound, "rejected");
  }

  const contentFlow = match?.domain.contentFlow ?? null;
  // without direct processing each recipient ends on its own, later
  const apart =
    listener.directProcessing && mustBeSentApart(transaction, match, flowOf(session, contentFlow));
  if (apart) {
    transaction.events.push(
      eventOf(
        session,
        "recipient-deferred",
        { reply: replyText(replies.separateTransaction) },
        command.address,
      ),
    );
    return replies.separateTransaction;
  }

  const domainTransport =
    match?.domain.transport ?? (match === null ? listener.outboundTransport : undefined);
  const ran = await parts.runner.recipient(flowOf(session, match?.domain.recipientFlow ?? null), {
    ...connectionFacts(session),
    sender: transaction.sender,
    recipient: command.address,
    senderParameters: transaction.senderParameters,
    recipientParameters: command.parameters,
    domain: match?.id ?? null,
    transport: domainTransport ?? null,
    recipientsSoFar: transaction.recipients.map(({ recipient }) => recipient),
  });
  if (session.transaction !== transaction) return refuse(replies.tooSlow, "deferred"); // the client is gone
  if (ran.trace !== null) transaction.traces.push(ran.trace);
  const { verdict } = ran;
  switch (verdict.kind) {
    case "reject":
      return refuse(replies.recipientRejected(verdict.text), "rejected", ran.trace);
    case "defer":
      return refuse(replies.recipientDeferred(verdict.text), "deferred", ran.trace);
    case "accept":
      if (verdict.sender !== undefined) transaction.sender = verdict.sender;
      transaction.recipients.push({
        address: command.address,
        recipient: verdict.recipient ?? command.address,
        match,
        contentFlow,
        transport: verdict.transport ?? domainTransport ?? null,
        notify: command.notify,
        orcpt: command.orcpt,
      });
      transaction.events.push(eventOf(session, "recipient-accepted", {}, command.address));
      return null;
    default:
      return verdict satisfies never;
  }
};

const flowOf = (session: Session, id: string | null): LiveFlow | null =>
  id === null ? null : (session.snapshot.flows.get(id) ?? null);

/** RFC 5321 §4.5.1: `<Postmaster>` without a domain is taken by the first domain of this listener. */
const postmasterDomain = (session: Session): DomainMatch | null => {
  for (const [id, domain] of Object.entries(session.snapshot.settings.domains)) {
    const here = domain.listener === undefined || domain.listener === session.listenerId;
    if (domain.enabled && here && (domain.name ?? id) !== "any") return { id, domain };
  }
  return null;
};

/**
 * One reply after DATA must suit every recipient. Recipients with another content
 * flow, or with one that looks at the recipient, go into transactions of their own
 * unless the domain asks to merge the verdicts.
 */
const mustBeSentApart = (
  transaction: Transaction,
  match: DomainMatch | null,
  flow: LiveFlow | null,
): boolean => {
  const first = transaction.recipients[0];
  if (first === undefined) return false;
  if ((match?.domain.oneReply ?? "split") === "merge") return false;
  return (
    first.contentFlow !== (match?.domain.contentFlow ?? null) || flow?.dependsOnRecipient === true
  );
};
