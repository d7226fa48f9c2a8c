/** Scanners that run beside the gateway (`hsl.md` §8.4). */
import { lookup, optional } from "../signature-table.ts";

const failure =
  "A scan that failed ends the script (Defer) and can be caught; with `extended_result` it is in `error` instead. It never looks like a clean message.";

export const scannerFunctions = [
  lookup(
    "ScanSA",
    "Shows the message to SpamAssassin, at the servers of Settings › Gateway › Scanners.",
    [
      optional(
        "options",
        "array",
        "`rules` (the rules that fired instead of the score), `extended_result`, `timeout` (seconds), `user` (whose preferences count).",
      ),
    ],
    [
      ["number", "array"],
      "The score, 5 and more is spam. With `rules`: rule => score, or `NOT_SCANNED_TOO_BIG` alone. With `extended_result`: `score`, `threshold`, `spam`, `rules`, or `error`.",
    ],
    ["scanners", "message"],
    { since: "classic", errors: failure },
  ),
  lookup(
    "ScanSARules",
    'Shows the message to SpamAssassin and gives the rules that fired, as `ScanSA(["rules" => true])` does.',
    [],
    ["array", "Rule => score, or `NOT_SCANNED_TOO_BIG` alone."],
    ["scanners", "message"],
    { since: "classic", errors: failure },
  ),
  lookup(
    "ScanCLAM",
    "Shows the message to ClamAV, at the servers of Settings › Gateway › Scanners.",
    [optional("options", "array", "`extended_result`, `timeout` (seconds).")],
    [
      "array",
      "Names of what was found; empty: clean. With `extended_result`: `result` (the names), or `error`.",
    ],
    ["scanners", "message"],
    { since: "classic", errors: failure },
  ),
] as const;
