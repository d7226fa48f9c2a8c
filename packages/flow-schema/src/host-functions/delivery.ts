/** How a half of a delivery flow may end, and what it may set for one attempt (`hsl.md` §8.5, §8.6). */
import type { FunctionSignature } from "@sluice/hsl";
import { action, lookup, modifier, optional, parameter } from "../signature-table.ts";

const after = "An error before the attempt.";
const before = "An error after the attempt.";

export const deliveryActions: readonly FunctionSignature[] = [
  action("Try", "Makes the attempt.", [], { since: "modern", errors: before }),
  action("Retry", "Keeps the mail in the queue for the next attempt.", [], {
    since: "classic",
    errors: `${after} An error when the mail was delivered.`,
  }),
  action("Delete", "Drops the mail without a notice.", [], {
    since: "classic",
    errors: "An error when the mail was delivered.",
  }),
  action("GenerateDSN", "Gives up and sends the sender a notice.", [], {
    since: "classic",
    aliases: ["Bounce"],
    errors: "An error when the mail was delivered.",
  }),
  action(
    "Deliver",
    "Queues the mail for somebody else, with its attempts counted from 0.",
    [
      optional("recipient", "string", "The new recipient."),
      optional("transportid", "string", "The new transport, as `mailtransport:ID`."),
    ],
    { since: "modern", errors: "An error when the mail was delivered." },
  ),
  action(
    "Reschedule",
    "Makes the attempt later.",
    [
      parameter("delay", "number", "Seconds from now."),
      optional(
        "reason",
        ["string", "array"],
        "Why, for the queue page; or an array of `reason`, `increment_retry`, `transportid` and `reset_retry`.",
      ),
      optional("increment_retry", "boolean", "Whether it counts as an attempt (true without it)."),
      optional("transportid", "string", "Another transport from now on."),
      optional("reset_retry", "boolean", "Attempts are counted from 0 again."),
    ],
    { since: "modern" },
  ),
  action(
    "Queue",
    "Keeps the mail in the queue, until the time the transport's schedule says or a delay is over.",
    [
      optional(
        "options",
        "array",
        "`delay` (seconds), `reason`, `increment_retry` (true without it), `transportid`, `reset_retry` (attempts are counted from 0 again).",
      ),
    ],
    { since: "modern", errors: "An error when the mail was delivered." },
  ),
];

export const setDsn = modifier(
  "SetDSN",
  "Chooses how a notice about this mail is sent, should one be made now. Not kept for the next attempt.",
  [
    parameter(
      "options",
      "array",
      "`recipient` (instead of the sender), `transportid`, `from`, `from_name`, `metadata`.",
    ),
  ],
  ["none", "Nothing."],
  ["message"],
  { since: "modern" },
);

export const currentConnections = lookup(
  "CurrentConnections",
  "Takes one of so many places for this attempt, counted over all workers; it is given back when the attempt is over.",
  [
    parameter("namespace", "string", "What is counted."),
    parameter("entry", "string", "Whose places they are, such as `$recipientdomain`."),
    parameter("most", "number", "How many there are."),
  ],
  [["boolean", "number"], "Whether a place was free; −1 when the places cannot be counted."],
  ["counters"],
  { since: "modern", errors: before },
);

const set = (name: string, summary: string, ...parameters: ReturnType<typeof parameter>[]) =>
  modifier(
    name,
    `${summary} For this attempt only.`,
    parameters,
    ["none", "Nothing."],
    ["message"],
    {
      since: "modern",
      errors: before,
    },
  );

export const attemptModifiers: readonly FunctionSignature[] = [
  set(
    "SetDestination",
    "Chooses the next hop.",
    parameter("host", "string", "Host name or address."),
    optional("port", "number", "TCP port; 25 without it."),
  ),
  set(
    "SetSourceIP",
    "Chooses our address.",
    parameter("address", ["string", "array"], "An address of this machine."),
  ),
  set("SetHELO", "Chooses the HELO name.", parameter("name", "string", "Host name.")),
  set(
    "SetTLS",
    "Chooses the transport security.",
    parameter(
      "options",
      "array",
      "`tls`: `none`, `optional`, `optional-verify`, `require`, `require-verify`, `dane`, `mta-sts`.",
    ),
  ),
  set(
    "SetSASL",
    "Chooses how we sign in.",
    parameter("username", "string", "Name."),
    parameter("password", "string", "Password."),
  ),
  set("SetProtocol", "Chooses the protocol.", parameter("protocol", "string", "`smtp` or `lmtp`.")),
];
