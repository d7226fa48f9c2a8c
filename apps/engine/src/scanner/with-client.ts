import type { ContentVerdict } from "../flows/verdict.ts";
import type { Envelope } from "../queue/queue-entry.ts";

/** The envelope with what a flow says about the client. */
export const withClient = (
  envelope: Envelope,
  { clientAddress = envelope.clientAddress, helo = envelope.helo }: ContentVerdict,
): Envelope => ({ ...envelope, clientAddress, helo });
