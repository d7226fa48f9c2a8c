/** What a reply means for a copy of a message (RFC 5321 §4.2.1). */
import type { RecipientResult } from "./smtp-message.ts";

export type AttemptOutcome = "delivered" | "transient" | "permanent";

export const classifyReply = ({ code }: Pick<RecipientResult, "code">): AttemptOutcome => {
  if (code >= 200 && code < 300) return "delivered";
  return code >= 500 && code < 600 ? "permanent" : "transient"; // 0: nobody answered
};
