/** What the gateway itself offers to every flow. */
import {
  type HostFunction,
  lookup,
  modifier,
  optional,
  parameter,
  reading,
} from "../signature-table.ts";

export const systemFunctions: readonly HostFunction[] = [
  lookup(
    "rate",
    "Counts hits in a sliding window, shared by all flows.",
    [
      parameter("namespace", "string", "Name of the counter."),
      parameter("entry", "string", "Who or what is counted."),
      parameter("count", "number", "Hits allowed in the window; 0 only asks."),
      parameter("interval", "number", "Length of the window in seconds."),
      optional("options", "array", "`sync` (count over all nodes, true without it)."),
    ],
    [
      ["boolean", "number"],
      "True within the limit, false above it (that hit is not counted); the number of hits when `count` is 0; −1 when the counters cannot be reached.",
    ],
    ["counters"],
    { since: "classic" },
  ),
  reading(
    "secret_equals",
    "Compares two secrets in a time that tells nothing about them.",
    [parameter("a", "string", "One secret."), parameter("b", "string", "The other.")],
    ["boolean", "Whether they are the same, byte by byte; false when one is empty."],
    [],
    { since: "sluice" },
  ),
  reading(
    "gethostname",
    "The gateway's host name.",
    [],
    ["string", "The host name."],
    ["session"],
    {
      since: "modern",
    },
  ),
  modifier(
    "syslog",
    "Writes a line to the log.",
    [
      parameter(
        "priority",
        ["string", "number"],
        "`emerg`, `alert`, `crit`, `err`, `warning`, `notice`, `info`, `debug`, or 0 to 7; a facility in front of it (`3 + (4 << 3)`) is left out.",
      ),
      parameter("message", "string", "The line."),
    ],
    ["none", "Nothing."],
    ["log"],
    { since: "modern" },
  ),
];
