/**
 * AUTH: the authentication flow of the listener decides; guessing is slowed and
 * locked. A try counts as failed from its beginning, so that many at once gain nothing.
 */
import { setTimeout as wait } from "node:timers/promises";
import { withoutSecret } from "../flows/secret-forms.ts";
import { replies, replyText, type SessionReply } from "./reply.ts";
import type { Credentials } from "./sasl.ts";
import { connectionFacts, eventOf, type Session } from "./session.ts";

/** The reply; `signIn` of the session is set when it is 235. */
export const signIn = async (
  session: Session,
  { userName, password }: Credentials,
  mechanism: "PLAIN" | "LOGIN",
): Promise<SessionReply> => {
  const { listener, snapshot, parts } = session;
  const refuse = (reply: SessionReply, trace = session.traces.at(-1) ?? null): SessionReply => {
    const shown = replyText(reply);
    session.events.push(eventOf(session, "sign-in-refused", { userName, mechanism, reply: shown }));
    session.failure = { stage: "auth", outcome: "failed", reply: shown, trace };
    return reply;
  };
  const flow =
    listener.authenticationFlow === undefined
      ? null
      : (snapshot.flows.get(listener.authenticationFlow) ?? null);
  if (flow === null) return refuse(replies.signInDeferred(""), null); // named, but it cannot run

  const attempt = await parts.signIns.begin(session.clientAddress, userName);
  if (attempt === "locked") return refuse(replies.signInLocked, null);
  if (!(await sleep(attempt.delay, session))) {
    return refuse(replies.tooSlow, null); // the client is gone, and the try stays counted
  }
  const began = parts.monotonic();
  const ran = await parts.runner.authentication(flow, {
    ...connectionFacts(session),
    userName,
    password,
    mechanism,
  });
  if (ran.trace !== null) session.traces.push(ran.trace);
  switch (ran.verdict.kind) {
    case "accept":
      attempt.succeeded();
      session.signIn = ran.verdict.userName;
      session.failure = null;
      session.events.push(
        eventOf(session, "signed-in", { userName: ran.verdict.userName, mechanism }),
      );
      return replies.signedIn;
    case "defer":
      attempt.undecided();
      return refuse(replies.signInDeferred(withoutSecret(ran.verdict.text, password)));
    case "reject":
      await sleep(attempt.refusalMilliseconds - (parts.monotonic() - began), session);
      return refuse(replies.signInRefused(withoutSecret(ran.verdict.text, password)));
    default:
      return ran.verdict satisfies never;
  }
};

/** False: the client is gone. */
const sleep = async (milliseconds: number, { cancel }: Session): Promise<boolean> => {
  if (milliseconds <= 0) return !cancel.isOver;
  try {
    await wait(milliseconds, undefined, { signal: cancel.signal });
    return true;
  } catch {
    return false;
  }
};
