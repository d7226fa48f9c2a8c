import type { FlowKindDefinition } from "../flow-kind.ts";
import {
  attemptModifiers,
  currentConnections,
  deliveryActions,
  setDsn,
} from "../host-functions/delivery.ts";
import { getMetaData, setMetaData, setRecipient, setSender } from "../host-functions/envelope.ts";
import { deliverySigning } from "../host-functions/signing.ts";
import { variable } from "../signature-table.ts";
import { envelope } from "./session-variables.ts";

/**
 * Runs before each attempt to deliver, and again after it with `$attempted` true.
 * A run that ends without an action takes the default of its half.
 */
export const delivery: FlowKindDefinition = {
  kind: "delivery",
  title: "Delivery",
  summary: "Decides how each attempt is made, and what happens after it.",
  variables: [
    variable("attempted", "boolean", "False before the attempt, true after it."),
    envelope.sender,
    envelope.senderdomain,
    envelope.senderlocalpart,
    envelope.recipient,
    envelope.recipientdomain,
    envelope.recipientlocalpart,
    envelope.transportid,
    variable("messageid", "string", "Id of the message."),
    variable("queueid", "number", "Number of this recipient's queue entry."),
    variable("senderip", "string", "IP address of the client that sent the message."),
    variable("saslusername", "string", 'Name the sender signed in with, or `""`.'),
    variable("retry", "number", "Which attempt this is, from 0."),
    variable("retries", "number", "Attempts the transport allows; 0 when only age counts."),
    variable("receivedtime", "number", "When the message was accepted, in Unix seconds."),
    variable("actionid", "number", "Number of the action that queued the message."),
    variable("destination", "string", "Next hop of the transport, before the attempt."),
    variable("destinationport", "number", "TCP port of the next hop."),
    variable("sourceip", "string", 'Our address for the attempt; `""` when the system chooses.'),
    variable("serverip", "string", 'Address the attempt reached; `""` when it reached none.'),
    variable("serverport", "number", "TCP port the attempt reached; 0 when it reached none."),
    variable(
      "errorcode",
      "number",
      "Code of the next hop's reply: 250 is delivered, 0 a network fault.",
    ),
    variable("errormsg", "string", "Text of the next hop's reply, or of the network fault."),
    variable("errorndr", "string", 'Enhanced status of the reply (`5.1.1`), or `""`.'),
    variable("transfertime", "number", "Seconds the attempt took."),
    variable(
      "action",
      "string",
      "What happens without an action after the attempt: `DELETE`, `RETRY` or `BOUNCE`.",
    ),
    variable(
      "message",
      "array",
      "The message: `id` (`transaction`, `queue`), `sender`, `recipient`, `recipientaddress`, `transportid`, `jobid`, `size`, `dsn`.",
    ),
    variable(
      "arguments",
      "array",
      "The hook's arguments: `retry`, `expired`, `action`, `attempt` (`result` with `code`, `enhanced` and `reason`, `error`, `connection`, `duration`), `dsn`.",
    ),
    variable("context", "array", "Yours to write: kept from before the attempt until after it.", {
      writable: true,
    }),
  ],
  actions: [
    ...deliveryActions,
    ...attemptModifiers,
    setDsn,
    currentConnections,
    setSender,
    setRecipient,
    setMetaData,
    getMetaData,
    ...deliverySigning,
  ],
  end: {
    script: "return;",
    words: "the default: try, then keep in the queue or give up as the transport says",
  },
  unchecked: {
    script: "if (not $attempted) Reschedule(300);\nreturn;",
    words: "an attempt that could not be checked waits five minutes",
  },
  onError: {
    action: "Reschedule",
    words: "Before the attempt the mail waits 300 seconds; after it the default applies.",
  },
};
