/** Before the greeting: the IP policy flow decides whether this client is spoken to at all. */
import type { Ran } from "../flows/flow-input.ts";
import type { IpPolicyVerdict } from "../flows/verdict.ts";
import { policyKey } from "./policy-cache.ts";
import { formatReply, replies, replyText } from "./reply.ts";
import { connectionFacts, eventOf, type Session } from "./session.ts";

/** Lines to send before closing; null: the client may go on. An empty list closes in silence. */
export const decideConnection = (
  session: Session,
): readonly string[] | null | Promise<readonly string[] | null> => {
  const { snapshot, listener, parts } = session;
  session.events.push(
    eventOf(session, "connected", {
      clientAddress: session.clientAddress,
      clientPort: session.clientPort,
      listener: session.listenerId,
    }),
  );
  if (listener.ipPolicyFlow === undefined) return null;
  const flow = snapshot.flows.get(listener.ipPolicyFlow);
  if (flow === undefined) {
    // named, but it cannot run: nobody has judged this client
    session.failure = {
      stage: "connect",
      outcome: "failed",
      reply: replyText(replies.policyCannotRun),
      trace: null,
    };
    return [formatReply(replies.policyCannotRun).trimEnd()];
  }
  const key = policyKey(snapshot.revision, session.listenerId, session.clientAddress);
  const known = parts.policies.get(key);
  const settle = (ran: Ran<IpPolicyVerdict>): readonly string[] | null => {
    if (ran !== known) parts.policies.set(key, ran);
    if (ran.trace !== null) session.traces.push(ran.trace);
    const { verdict } = ran;
    if (verdict.kind === "allow") return null;
    const shown = verdict.lines[0] ?? "connection closed without a word";
    session.events.push(eventOf(session, "blocked", { reply: shown }));
    session.failure = { stage: "connect", outcome: "blocked", reply: shown, trace: ran.trace };
    return verdict.lines;
  };
  if (known !== undefined) return settle(known);
  const ran = parts.runner.ipPolicy(flow, connectionFacts(session));
  return ran instanceof Promise ? ran.then(settle) : settle(ran);
};
