/** Variables that several kinds of flow share: one sentence each, written once. */
import { variable } from "../signature-table.ts";

export const session = {
  senderip: variable("senderip", "string", "IP address of the client."),
  senderport: variable("senderport", "number", "TCP port of the client."),
  serverip: variable("serverip", "string", "Our IP address on this connection."),
  serverport: variable("serverport", "number", "Our TCP port on this connection."),
  serverid: variable(
    "serverid",
    "string",
    "Id of the listener that took the connection, as `mailserver:ID`.",
  ),
  senderhelo: variable("senderhelo", "string", "The name the client gave in HELO or EHLO."),
  tlsstarted: variable("tlsstarted", "boolean", "Whether the connection is encrypted."),
  tlsprotocol: variable("tlsprotocol", "string", 'TLS version (`TLSv1.3`); `""` without TLS.'),
  tlscipher: variable("tlscipher", "string", 'Name of the TLS cipher; `""` without TLS.'),
  tlskeysize: variable("tlskeysize", "number", "Bits of the cipher's key; 0 without TLS."),
  saslauthed: variable("saslauthed", "boolean", "Whether the client has signed in."),
  saslusername: variable(
    "saslusername",
    "string",
    'The name the client signed in with; `""` before sign-in.',
  ),
  context: variable(
    "context",
    "array",
    "Yours to write: kept from one flow to the next on the same connection.",
    { writable: true },
  ),
  connection: variable(
    "connection",
    "array",
    "The connection: `id`, `remoteip`, `remoteport`, `remoteptr`, `localip`, `localport`, `serverid`, `helo` (`verb`, `host`), `tls` (`protocol`, `cipher`, `keysize`), `auth` (`mechanism`, `username`).",
  ),
} as const;

export const envelope = {
  sender: variable("sender", "string", 'Envelope sender; `""` for the null sender `<>`.'),
  senderdomain: variable("senderdomain", "string", 'Domain of the envelope sender, or `""`.'),
  senderlocalpart: variable("senderlocalpart", "string", "Envelope sender before the `@`."),
  recipient: variable("recipient", "string", "Envelope recipient."),
  recipientdomain: variable("recipientdomain", "string", "Domain of the envelope recipient."),
  recipientlocalpart: variable(
    "recipientlocalpart",
    "string",
    "Envelope recipient before the `@`.",
  ),
  transportid: variable(
    "transportid",
    "string",
    "Transport the mail will leave by, as `mailtransport:ID`.",
  ),
  transaction: variable(
    "transaction",
    "array",
    "The transaction: `id`, `sender`, `senderaddress` (`localpart`, `domain`), `senderparams`, `recipients`.",
  ),
} as const;
