/** "Which flow runs?": the matches that are tried for a recipient, and what is in force then. */
import { domainOf, parseMailbox } from "@sluice/mail-syntax";
import type { Settings } from "@sluice/settings";
import { explainMatch } from "../config/domain-match.ts";
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
      delivery: match?.domain.deliveryFlow ?? null,
    },
    transport: match?.domain.transport ?? null,
    refusal:
      match === null ? "550 5.7.1 Relaying denied (users who have signed in may send)" : null,
  };
};
