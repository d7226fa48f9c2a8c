import type { FlowKindDefinition } from "../flow-kind.ts";
import { attachmentFunctions } from "../host-functions/attachments.ts";
import {
  contentEnvelope,
  getTls,
  queueMetric,
  setRecipient,
  setSender,
} from "../host-functions/envelope.ts";
import { headerFunctions } from "../host-functions/headers.ts";
import { messageActions } from "../host-functions/message-actions.ts";
import { mimeFunctions } from "../host-functions/mime.ts";
import { scannerFunctions } from "../host-functions/scanners.ts";
import { senderCheckFunctions } from "../host-functions/sender-checks.ts";
import { scanBWList } from "../host-functions/sender-lists.ts";
import { contentSigning } from "../host-functions/signing.ts";
import { variable } from "../signature-table.ts";
import { envelope, session } from "./session-variables.ts";

/** Runs when the whole message is here; once for the message, or once for each recipient. */
export const content: FlowKindDefinition = {
  kind: "content",
  title: "Mail content",
  summary: "Decides on the message itself, and may change it.",
  variables: [
    variable("messageid", "string", "Id of the message."),
    envelope.sender,
    envelope.senderdomain,
    envelope.senderlocalpart,
    envelope.recipient,
    envelope.recipientdomain,
    envelope.recipientlocalpart,
    envelope.transportid,
    variable("recipients", "array", "All recipients of the transaction."),
    variable("recipientdomains", "array", "Domains of all recipients, each once."),
    variable("directprocessing", "boolean", "Whether the client still waits for its reply."),
    variable("actionid", "number", "How many actions this run has taken so far."),
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
    variable(
      "message",
      "array",
      "The message: `id` (`transaction`, `queue`), `sender`, `recipient`, `recipientaddress`, `transportid`, `jobid`, `size`, `dsn`.",
    ),
    envelope.transaction,
    session.connection,
    session.context,
    variable("arguments", "array", "The hook's arguments; empty for a message."),
  ],
  actions: [
    ...messageActions,
    setSender,
    setRecipient,
    ...contentEnvelope,
    queueMetric,
    getTls,
    ...headerFunctions,
    ...attachmentFunctions,
    ...mimeFunctions,
    ...contentSigning,
    ...senderCheckFunctions,
    ...scannerFunctions,
    scanBWList,
  ],
  end: { script: "Deliver();", words: "the message is delivered" },
  unchecked: { script: "Defer();", words: "the client is asked to try again later" },
  onError: { action: "Defer", words: "The client is asked to try again later (451)." },
};
