/** "Which flow runs?": the matches that are tried for a recipient, and what is in force then. */
import { includesAddress, parseAddress, parseNetwork } from "@sluice/hsl";
import { domainOf, parseMailbox } from "@sluice/mail-syntax";
import type { Settings } from "@sluice/settings";
import { type DomainMatch, explainMatch } from "../config/domain-match.ts";
import { GatewayError } from "../errors.ts";
import type { ChecksPort, MatchExplanation } from "./parts.ts";

type Question = Parameters<ChecksPort["whichFlow"]>[0];

/** Answers by the live settings: what a client would meet now. */
export const explainFlow = (settings: Settings, question: Question): MatchExplanation => {
  const listener = settings.listeners[question.listener];
  if (listener === undefined) {
    throw new GatewayError("NOT_FOUND", `There is no live listener ${question.listener}.`, {
      detail: { field: "listener" },
    });
  }
  const mailbox = parseMailbox(question.recipient);
  const name = mailbox === null ? question.recipient : domainOf(mailbox);
  if (/[\s@<>]/.test(name) || name === "") {
    throw new GatewayError("INVALID", "Give an address, or a domain.", {
      detail: { field: "recipient" },
    });
  }
  const { match, steps } = explainMatch(settings, question.listener, name);
  return {
    listener: question.listener,
    domain: match?.id ?? null,
    steps,
    flows: {
      "ip-policy": listener.ipPolicyFlow ?? null,
      authentication: listener.authenticationFlow ?? null,
      recipient: match?.domain.recipientFlow ?? null,
      content: match?.domain.contentFlow ?? null,
      delivery:
        match?.domain.deliveryFlow ??
        settings.transports[match?.domain.transport ?? ""]?.deliveryFlow ??
        null,
    },
    transport: match?.domain.transport ?? null,
    refusal: refusalOf(match),
    notes: notesOf(settings, question, match),
  };
};

const refusalOf = (match: DomainMatch | null): string | null =>
  match === null || (match.byAny && match.domain.recipientFlow === undefined)
    ? "550 5.7.1 Relaying denied (users who have signed in may send)"
    : null;

const isAmong = (peers: readonly string[], address: string): boolean => {
  const parsed = parseAddress(address);
  return (
    parsed !== undefined &&
    peers.some((peer) => {
      const network = parseNetwork(peer);
      return network !== undefined && includesAddress(network, parsed);
    })
  );
};

const notesOf = (
  settings: Settings,
  { clientAddress, listener: id }: Question,
  match: DomainMatch | null,
): string[] => {
  const listener = settings.listeners[id];
  if (listener === undefined) return [];
  const notes: string[] = [];
  if (!listener.enabled) notes.push(`Listener ${id} is disabled: nobody can connect there.`);
  if (isAmong(listener.proxyPeers, clientAddress)) {
    notes.push(`${clientAddress} is a PROXY peer: the client that it names is judged instead.`);
  }
  if (isAmong(listener.xclientPeers, clientAddress)) {
    notes.push(`${clientAddress} may name another client, and who has signed in, by XCLIENT.`);
  }
  if (match === null && listener.outboundTransport !== undefined) {
    notes.push(
      `Users who have signed in send there through transport ${listener.outboundTransport}.`,
    );
  }
  if (match !== null && match.domain.recipientFlow === undefined) {
    notes.push(
      match.byAny
        ? "“any” has no recipient flow, so it takes no mail from strangers."
        : "There is no recipient flow: every user of the domain is accepted.",
    );
  }
  return notes;
};
