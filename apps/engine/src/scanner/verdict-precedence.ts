/** What a content flow's verdict comes to for one recipient, in the order that counts. */

import type { ContentVerdict } from "../flows/verdict.ts";
import type { Outcome } from "../history/event.ts";

/** Reject before defer, quarantine, delete, deliver (`design.md` section 4). */
export const precedence = ["reject", "defer", "quarantine", "delete", "deliver"] as const;
export type Standing = (typeof precedence)[number];

export const standingOf = ({ answer, actions }: ContentVerdict): Standing => {
  // a quarantine may refuse the client; the mail is held all the same
  const isHeld = actions.some(({ kind }) => kind === "quarantine");
  if (answer.kind !== "accept" && !(answer.kind === "reject" && isHeld)) return answer.kind;
  if (isHeld) return "quarantine";
  return actions.some(({ kind }) => kind === "deliver" || kind === "delivered")
    ? "deliver"
    : "delete";
};

/** The strongest of several. */
export const strongest = (standings: readonly Standing[]): Standing =>
  precedence.find((one) => standings.includes(one)) ?? "deliver";

export const outcomeOf = (standing: Standing): Outcome => {
  switch (standing) {
    case "reject":
      return "rejected";
    case "defer":
      return "deferred";
    case "quarantine":
      return "quarantined";
    case "delete":
      return "deleted";
    case "deliver":
      return "queued";
    default:
      return standing satisfies never;
  }
};
