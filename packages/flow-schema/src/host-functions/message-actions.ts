/** How a content flow may end for a recipient (`hsl.md` §8.4). */
import type { FunctionSignature } from "@sluice/hsl";
import { action, actionOrModifier, modifier, optional, parameter } from "../signature-table.ts";

const recipient = optional(
  "recipient",
  ["string", "array"],
  "Another recipient; or an array of options: `recipient`, `transportid`, `metadata`, `delay` (seconds), `done` (end the run, true without it), `queue` (false: deliver while the client waits), `reason` (text of the reply, or its lines), `reply_codes` (`code` from 200 to 299 and `enhanced`, such as `2.0.0` or `[2, 0, 0]`), `disconnect` (end the connection after the reply). What concerns the reply counts only while the client waits for it.",
);
const transport = optional("transportid", "string", "Another transport, as `mailtransport:ID`.");
const reason = optional("reason", ["string", "array"], "Text of the reply, or its lines.");

export const messageActions: readonly FunctionSignature[] = [
  actionOrModifier("Deliver", "Queues the message for delivery (250).", [recipient, transport], {
    since: "classic",
  }),
  actionOrModifier(
    "DirectDeliver",
    "Delivers while the client waits, and answers with the next hop's reply.",
    [recipient, transport],
    { since: "classic" },
  ),
  action(
    "DeliverWithDKIM",
    "Signs the message and queues it for delivery; mail that cannot be signed is not sent.",
    [
      parameter("selector", "string", "Selector of the key in DNS."),
      parameter("domain", "string", "Signing domain."),
      parameter("key", "string", "`pki:ID` of the private key."),
      optional("options", "array", "The options of `DKIMSign`."),
    ],
    { since: "classic", source: "RFC 6376" },
  ),
  action(
    "DeliverAsSpam",
    "Queues the message for delivery with the header field `X-Spam-Flag: YES`.",
    [recipient, transport],
    { since: "classic" },
  ),
  action("Reject", "Refuses the message (550).", [reason], { since: "classic" }),
  action("Defer", "Asks the client to try again later (451).", [reason], { since: "classic" }),
  action("Delete", "Takes the message and drops it (250).", [], { since: "classic" }),
  action(
    "Done",
    "Ends for this recipient with the actions taken so far; without any the message is deferred.",
    [],
    { since: "modern" },
  ),
  actionOrModifier(
    "Quarantine",
    "Keeps the message in a quarantine.",
    [
      parameter("id", "string", "`mailquarantine:ID`."),
      optional(
        "recipient",
        ["string", "array"],
        "Another recipient, for its release; or the options, with `recipient` and `transportid` among them.",
      ),
      optional("transportid", "string", "Another transport, for its release."),
      optional(
        "options",
        "array",
        "`done` (end the run, true without it; also `final_action`), `reject` (answer 550, true without it), `reason`.",
      ),
    ],
    { since: "classic" },
  ),
  modifier(
    "CopyMail",
    "Queues a copy of the message.",
    [optional("recipient", "string", "Recipient of the copy."), transport],
    ["none", "Nothing."],
    ["message"],
    { since: "classic", aliases: ["CopyTo"] },
  ),
  modifier(
    "DiscardMailDataChanges",
    "Takes back all changes made to the message so far.",
    [],
    ["none", "Nothing."],
    ["message"],
    { since: "classic" },
  ),
];
