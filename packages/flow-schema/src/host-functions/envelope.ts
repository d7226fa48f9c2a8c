/** Who a message is from, whom it is for, and how it leaves (`hsl.md` §8.4). */
import { lookup, modifier, optional, parameter, reading } from "../signature-table.ts";

export const setSender = modifier(
  "SetSender",
  "Changes the envelope sender, for all recipients.",
  [parameter("sender", "string", 'The new address; `""` is the null sender.')],
  ["none", "Nothing; `$sender` has the new value."],
  ["session"],
  { since: "classic" },
);

export const setRecipient = modifier(
  "SetRecipient",
  "Changes the envelope recipient.",
  [parameter("recipient", "string", "The new address.")],
  ["none", "Nothing; `$recipient` has the new value."],
  ["session"],
  { since: "classic" },
);

export const setMetaData = modifier(
  "SetMetaData",
  "Keeps notes with the message; the delivery flow and the history can read them.",
  [parameter("data", "array", "Text key => text value.")],
  ["none", "Nothing."],
  ["message"],
  { since: "modern" },
);

export const getMetaData = reading(
  "GetMetaData",
  "Reads the notes kept with the message.",
  [],
  ["array", "Text key => text value."],
  ["message"],
  { since: "modern" },
);

export const queueMetric = lookup(
  "GetMailQueueMetric",
  "Counts the mail in the queue.",
  [
    optional(
      "options",
      "array",
      "`metric` (`count`, the default, or `bytes`); `filter` with `senderdomain`, `recipientdomain`, `sender`, `transportid`, `retry`, `metadata.NAME`.",
    ),
  ],
  ["number", "Entries, or bytes."],
  ["mail"],
  { since: "classic" },
);

export const getTls = reading(
  "GetTLS",
  "Tells how the connection of the client is encrypted.",
  [],
  ["array", "`started` (boolean), `protocol`, `cipher`, `keysize` (bits)."],
  ["session"],
  { since: "modern" },
);

export const contentEnvelope = [
  modifier(
    "SetSenderIP",
    "Says who the client really is, when a host of ours handed the message on: the checks, the seal and the queue go by it.",
    [parameter("address", "string", "The IP address.")],
    ["none", "Nothing; `$senderip` has the new value."],
    ["session"],
    { since: "modern" },
  ),
  modifier(
    "SetSenderHELO",
    "Says what the client really called itself, when a host of ours handed the message on.",
    [parameter("name", "string", "The host name.")],
    ["none", "Nothing; `$senderhelo` has the new value."],
    ["session"],
    { since: "modern" },
  ),
  modifier(
    "SetMailTransport",
    "Chooses the transport the message leaves by.",
    [parameter("transportid", "string", "`mailtransport:ID`.")],
    ["none", "Nothing; `$transportid` has the new value."],
    ["session"],
    { since: "classic" },
  ),
  modifier(
    "SetDelayedDeliver",
    "Makes the first attempt later.",
    [parameter("delay", "number", "Seconds from now.")],
    ["none", "Nothing."],
    ["message"],
    { since: "modern" },
  ),
  reading(
    "GetID",
    "Tells the id of the message, as `$messageid` does.",
    [],
    ["string", "The id."],
    ["message"],
    { since: "classic" },
  ),
  setMetaData,
  getMetaData,
] as const;
