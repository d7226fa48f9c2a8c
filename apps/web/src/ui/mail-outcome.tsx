/** The outcomes of mail as history, overview and the message page name them. */
import { OutcomePill } from "./outcome-pill.tsx";
import type { Tone } from "./tone.tsx";

export type MailOutcome =
  | "blocked"
  | "failed"
  | "rejected"
  | "deferred"
  | "incoming"
  | "queued"
  | "delivered"
  | "quarantined"
  | "deleted"
  | "bounced"
  | "mixed";

export const mailOutcomes: Readonly<
  Record<MailOutcome, { readonly words: string; readonly tone: Tone }>
> = {
  blocked: { words: "Blocked", tone: "reject" },
  failed: { words: "Failed", tone: "error" },
  rejected: { words: "Rejected", tone: "reject" },
  deferred: { words: "Deferred", tone: "defer" },
  incoming: { words: "Incoming", tone: "continue" },
  queued: { words: "Queued", tone: "continue" },
  delivered: { words: "Delivered", tone: "accept" },
  quarantined: { words: "Quarantined", tone: "quarantine" },
  deleted: { words: "Deleted", tone: "else" },
  bounced: { words: "Bounced", tone: "error" },
  mixed: { words: "Mixed", tone: "else" },
};

export const MailOutcomePill = ({ outcome }: { readonly outcome: MailOutcome }) => (
  <OutcomePill tone={mailOutcomes[outcome].tone}>{mailOutcomes[outcome].words}</OutcomePill>
);
