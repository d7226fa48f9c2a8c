import type { FlowKindDefinition } from "../flow-kind.ts";
import { action, optional, variable } from "../signature-table.ts";
import { session } from "./session-variables.ts";

/** Runs when a client signs in with AUTH. */
export const authentication: FlowKindDefinition = {
  kind: "authentication",
  title: "Authentication",
  summary: "Decides whether a name and a password are right.",
  variables: [
    variable("saslusername", "string", "The name the client wants to sign in with."),
    variable("saslpassword", "string", "The password the client gave. Never shown anywhere.", {
      secret: true,
    }),
    variable("saslmechanism", "string", "`PLAIN` or `LOGIN`."),
    variable("saslstate", "number", "Round of the exchange, from 0."),
    variable("saslresponse", "string", "The client's raw response. Never shown anywhere.", {
      secret: true,
    }),
    session.senderip,
    session.senderport,
    session.senderhelo,
    session.serverid,
    session.serverip,
    session.serverport,
    session.tlsstarted,
    session.tlsprotocol,
    session.tlscipher,
    session.tlskeysize,
    session.connection,
    session.context,
    variable(
      "arguments",
      "array",
      "The hook's arguments: `username`, `password`, `mechanism`, `state`, `response`. Never shown anywhere.",
      { secret: true },
    ),
  ],
  actions: [
    action("Accept", "Signs the client in (235).", [
      optional("options", "array", "`username`: the name that later flows see as `$saslusername`."),
    ]),
    action("Reject", "Refuses the sign-in (535).", [
      optional("reason", ["string", "array"], "Text of the reply, or its lines."),
    ]),
    action("Defer", "Asks the client to try again later (454).", [
      optional("reason", ["string", "array"], "Text of the reply, or its lines."),
    ]),
  ],
  end: { script: "Reject();", words: "the sign-in is refused" },
  unchecked: { script: "Defer();", words: "the client is asked to try again later" },
  onError: { action: "Defer", words: "The client is asked to try again later (454)." },
};
