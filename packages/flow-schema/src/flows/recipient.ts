import type { FlowKindDefinition } from "../flow-kind.ts";
import { getTls, queueMetric, setRecipient, setSender } from "../host-functions/envelope.ts";
import { blacklist } from "../host-functions/sender-lists.ts";
import { srsFunctions } from "../host-functions/signing.ts";
import { action, optional, variable } from "../signature-table.ts";
import { envelope, session } from "./session-variables.ts";

/** Runs at each RCPT TO, for a recipient whose domain is ours or whose sender has signed in. */
export const recipient: FlowKindDefinition = {
  kind: "recipient",
  title: "Recipient",
  summary: "Decides on each recipient, before the message is sent.",
  variables: [
    envelope.sender,
    envelope.senderdomain,
    envelope.senderlocalpart,
    envelope.recipient,
    envelope.recipientdomain,
    envelope.recipientlocalpart,
    envelope.transportid,
    session.senderip,
    session.senderport,
    session.senderhelo,
    session.serverid,
    session.serverip,
    session.serverport,
    session.saslauthed,
    session.saslusername,
    session.tlsstarted,
    session.tlsprotocol,
    session.tlscipher,
    session.tlskeysize,
    variable("messageid", "string", "Id of the transaction's message."),
    variable("senderparams", "array", "Parameters of MAIL: keyword in capitals => value."),
    variable("recipientparams", "array", "Parameters of RCPT: keyword in capitals => value."),
    variable("recipients", "array", "Recipients accepted before this one."),
    envelope.transaction,
    session.connection,
    session.context,
    variable(
      "arguments",
      "array",
      "The hook's arguments: `recipient`, `address` (`localpart`, `domain`), `params`, `transportid`.",
    ),
  ],
  actions: [
    blacklist,
    action("Accept", "Accepts the recipient (250).", [
      optional("options", "array", "`recipient`, `transportid`: where its mail goes instead."),
    ]),
    action("Reject", "Refuses the recipient (550).", [
      optional("reason", ["string", "array"], "Text of the reply, or its lines."),
    ]),
    action("Defer", "Asks the client to try this recipient again later (450).", [
      optional("reason", ["string", "array"], "Text of the reply, or its lines."),
    ]),
    setSender,
    setRecipient,
    queueMetric,
    getTls,
    srsFunctions.restore,
  ],
  end: { script: "Reject();", words: "the recipient is refused" },
  unchecked: { script: "Defer();", words: "the client is asked to try again later" },
  onError: { action: "Defer", words: "The client is asked to try again later (450)." },
};
