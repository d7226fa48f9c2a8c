/**
 * RCPT: a recipient is taken only for a domain of ours on this listener, or from
 * a signed-in user; then the domain's recipient flow decides. The local part is
 * opaque: no `%`, `!` or source route means anything.
 */

import {
  canonicalDomain,
  type DomainMatch,
  firstDomain,
  matchDomain,
} from "../config/domain-match.ts";
import type { MaybeLater, Ran } from "../flows/flow-input.ts";
import type { LiveFlow } from "../flows/live-flow.ts";
import type { RecipientVerdict } from "../flows/verdict.ts";
import { isAscii } from "./ascii.ts";
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
  /** "" for the bare `<Postmaster>`. */
  readonly domain: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly notify: TakenRecipient["notify"];
  readonly orcpt: string | null;
};

export const takeRecipient = (
  session: Session,
  transaction: Transaction,
  command: RcptCommand,
): MaybeLater<SessionReply> => {
  const { snapshot, listener, parts } = session;
  const isPostmaster = command.domain === "";
  const { address, match } = isPostmaster
    ? postmasterOf(session, command)
    : matched(session, command);
  const { messageId } = transaction;
  const isAllowed = transaction.smtpUtf8 || isAscii(address);
  const mailbox = mailboxOf(address);
  // RFC 9422 counts each RCPT that is taken
  if (transaction.taken.length >= listener.maximumRecipients) return replies.tooManyRecipients;
  const place = transaction.known.get(mailbox);
  if (place !== undefined && isAllowed) {
    transaction.taken.push(place); // one copy for each mailbox, one reply for each RCPT
    return replies.recipientAccepted;
  }

  const refuse = (
    reply: SessionReply,
    trace: Transaction["traces"][number] | null = null,
  ): SessionReply => {
    const outcome = reply.code >= 500 ? "rejected" : "deferred";
    const shown = replyText(reply);
    transaction.refused.push(address);
    transaction.events.push(eventOf(session, `recipient-${outcome}`, { reply: shown }, address));
    transaction.refusal = { outcome, reply: shown, trace };
    return reply;
  };

  if (!isAllowed) return refuse(replies.nonAscii);
  const isOpen = isPostmaster ? address !== command.address : takesFromStrangers(match);
  if (session.signIn === null && !isOpen) return refuse(replies.noSuchDomain(messageId));
  const transport = match === null ? listener.outboundTransport : match.domain.transport;
  if (match === null && transport === undefined) return refuse(replies.noOutbound(messageId));

  const contentFlow = match?.domain.contentFlow ?? null;
  if (mustBeSentApart(session, transaction, match, contentFlow)) {
    const reply = replies.separateTransaction;
    transaction.events.push(
      eventOf(session, "recipient-deferred", { reply: replyText(reply) }, address),
    );
    return reply;
  }

  const settle = ({ verdict, trace }: Ran<RecipientVerdict>): SessionReply => {
    if (trace !== null) transaction.traces.push(trace);
    if (session.transaction !== transaction) return replies.tooSlow; // the client is gone
    switch (verdict.kind) {
      case "reject":
        return refuse(replies.recipientRejected(verdict.text, messageId), trace);
      case "defer":
        return refuse(replies.recipientDeferred(verdict.text, messageId), trace);
      case "accept":
        if (verdict.sender !== undefined) transaction.sender = verdict.sender;
        transaction.known.set(mailbox, transaction.recipients.length);
        transaction.taken.push(transaction.recipients.length);
        transaction.recipients.push({
          address,
          recipient: verdict.recipient ?? address,
          match,
          contentFlow,
          transport: verdict.transport ?? transport ?? null,
          notify: command.notify,
          orcpt: command.orcpt,
        });
        transaction.events.push(eventOf(session, "recipient-accepted", {}, address));
        return replies.recipientAccepted;
      default:
        return verdict satisfies never;
    }
  };
  const flowId = isPostmaster ? undefined : match?.domain.recipientFlow;
  const flow = flowId === undefined ? null : (snapshot.flows.get(flowId) ?? null);
  if (flow === null && flowId !== undefined) {
    return refuse(replies.recipientDeferred("", messageId)); // named, but it cannot run
  }
  const ran = parts.runner.recipient(flow, {
    ...connectionFacts(session),
    sender: transaction.sender,
    recipient: address,
    senderParameters: transaction.senderParameters,
    recipientParameters: command.parameters,
    domain: match?.id ?? null,
    transport: transport ?? null,
    recipientsSoFar: flow === null ? [] : transaction.recipients.map(({ recipient }) => recipient),
  });
  return ran instanceof Promise ? ran.then(settle) : settle(ran);
};

/**
 * Whether somebody who has not signed in may send there at all. "any" stands for the
 * whole world: without a recipient flow that says whom it takes, it would be an open relay.
 */
const takesFromStrangers = (match: DomainMatch | null): boolean =>
  match !== null && (!match.byAny || match.domain.recipientFlow !== undefined);

/** As mailboxes are compared: the local part is opaque, the domain has one form (RFC 5321 §2.4). */
const mailboxOf = (address: string): string => {
  const at = address.lastIndexOf("@") + 1;
  return address.slice(0, at) + canonicalDomain(address.slice(at));
};

type Meant = { readonly address: string; readonly match: DomainMatch | null };

const matched = (
  { snapshot, listenerId }: Session,
  { address, domain }: Pick<RcptCommand, "address" | "domain">,
): Meant => ({ address, match: matchDomain(snapshot.settings, listenerId, domain) });

/**
 * The bare `<Postmaster>` (RFC 5321 §4.5.1) is the mailbox that the gateway names, else
 * the postmaster of this listener's first domain, which also takes a named one of a domain
 * that is not ours. No recipient flow is asked: it must be accepted.
 */
const postmasterOf = (session: Session, command: RcptCommand): Meant => {
  const { settings } = session.snapshot;
  const { postmaster } = settings.gateway;
  const first = firstDomain(settings, session.listenerId);
  if (postmaster !== "") {
    const domain = postmaster.slice(postmaster.lastIndexOf("@") + 1);
    const { match } = matched(session, { address: postmaster, domain });
    return { address: postmaster, match: match ?? first };
  }
  if (first === null) return { address: command.address, match: null };
  const name = canonicalDomain(first.domain.name ?? first.id);
  return { address: `postmaster@${name}`, match: first };
};

/**
 * One reply after DATA must suit every recipient. Recipients with another content
 * flow, or with one that looks at the recipient, go into transactions of their own,
 * unless both domains ask to merge the verdicts. LMTP has a reply for each, and
 * without direct processing each ends on its own, later.
 */
const mustBeSentApart = (
  session: Session,
  transaction: Transaction,
  match: DomainMatch | null,
  contentFlow: string | null,
): boolean => {
  const first = transaction.recipients[0];
  const { listener } = session;
  if (first === undefined || !listener.directProcessing || listener.protocol === "lmtp")
    return false;
  if (oneReplyOf(match) === "merge" && oneReplyOf(first.match) === "merge") return false;
  return (
    first.contentFlow !== contentFlow || flowOf(session, contentFlow)?.dependsOnRecipient === true
  );
};

const oneReplyOf = (match: DomainMatch | null): "split" | "merge" =>
  match?.domain.oneReply ?? "split";

const flowOf = (session: Session, id: string | null): LiveFlow | null =>
  id === null ? null : (session.snapshot.flows.get(id) ?? null);
