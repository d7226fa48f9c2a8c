import type { FlowKindDefinition } from "../flow-kind.ts";
import { action, optional, variable } from "../signature-table.ts";
import { session } from "./session-variables.ts";

/** Runs when a client connects, before the greeting. */
export const ipPolicy: FlowKindDefinition = {
  kind: "ip-policy",
  title: "IP policy",
  summary: "Decides who may connect, before the greeting.",
  variables: [
    session.senderip,
    session.senderport,
    session.serverip,
    session.serverport,
    variable("protocol", "string", "`tcp`."),
    variable("service", "string", "What the client connected to, as `mailserver:ID`."),
    variable("family", "string", "`ipv4` or `ipv6`."),
    session.serverid,
    session.connection,
    session.context,
    variable("arguments", "array", "The hook's arguments: `remoteip`, `remoteport`."),
  ],
  actions: [
    action("Allow", "Lets the client in.", [
      optional("ttl", "number", "Seconds for which the same address is let in without asking."),
    ]),
    action("Block", "Turns the client away.", [
      optional(
        "reason",
        ["string", "array"],
        'A reply such as `"421 Try later"`, or its lines; without it the connection just closes.',
      ),
      optional("ttl", "number", "Seconds for which the same address is turned away at once."),
    ]),
  ],
  end: { script: "Allow();", words: "the client is let in" },
  unchecked: { script: "Allow();", words: "the client is let in unchecked" },
  onError: { action: "Allow", words: "The client is let in, and the fault is logged." },
};
