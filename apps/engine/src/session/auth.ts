/** AUTH: the authentication flow of the listener decides; guessing is slowed and locked. */
import { replies, replyText, type SessionReply } from "./reply.ts";
import { connectionFacts, eventOf, type Session } from "./session.ts";

export type SignIn =
  | { readonly kind: "accepted"; readonly userName: string }
  | { readonly kind: "refused"; readonly reply: SessionReply };

export const signIn = async (
  session: Session,
  given: { userName: string; password: string; mechanism: string },
): Promise<SignIn> => {
  const { listener, snapshot, parts } = session;
  const flow =
    listener.authenticationFlow === undefined
      ? null
      : (snapshot.flows.get(listener.authenticationFlow) ?? null);
  if (flow === null) return { kind: "refused", reply: replies.signInRefused("") };

  const { signIns } = parts;
  const wait = signIns.before(session.clientAddress, given.userName);
  const refuse = (reply: SessionReply, trace = session.traces.at(-1) ?? null): SignIn => {
    session.events.push(
      eventOf(session, "sign-in-refused", { userName: given.userName, reply: replyText(reply) }),
    );
    session.failure = { stage: "auth", reply: replyText(reply), trace };
    return { kind: "refused", reply };
  };
  if (wait === "locked") return refuse(replies.signInLocked, null);
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));

  const ran = await parts.runner.authentication(flow, { ...connectionFacts(session), ...given });
  if (ran.trace !== null) session.traces.push(ran.trace);
  switch (ran.verdict.kind) {
    case "accept": {
      signIns.succeeded(session.clientAddress, given.userName);
      const { userName } = ran.verdict;
      session.signIn = userName;
      session.failure = null;
      session.events.push(eventOf(session, "signed-in", { userName, mechanism: given.mechanism }));
      return { kind: "accepted", userName };
    }
    case "defer":
      return refuse(replies.signInDeferred(ran.verdict.text));
    case "reject":
      signIns.failed(session.clientAddress, given.userName);
      return refuse(replies.signInRefused(ran.verdict.text));
    default:
      return ran.verdict satisfies never;
  }
};
