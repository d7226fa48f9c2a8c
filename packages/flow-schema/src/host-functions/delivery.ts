/** How a half of a delivery flow may end, and what it may set for one attempt (`hsl.md` §8.5, §8.6). */
import type { FunctionSignature } from "@sluice/hsl";
import { action, modifier, optional, parameter } from "../signature-table.ts";

const after = "An error before the attempt.";
const before = "An error after the attempt.";

export const deliveryActions: readonly FunctionSignature[] = [
  action("Try", "Makes the attempt.", [], { since: "modern", errors: before }),
  action("Retry", "Keeps the mail in the queue for the next attempt.", [], {
    since: "classic",
    errors: `${after} An error when the mail was delivered.`,
  }),
  action("Delete", "Drops the mail without a notice.", [], { since: "classic" }),
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
        "options",
        "array",
        "`reason`, `increment_retry` (true without it), `transportid`, `reset_retry` (attempts are counted from 0 again).",
      ),
    ],
    { since: "modern" },
  ),
];

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
