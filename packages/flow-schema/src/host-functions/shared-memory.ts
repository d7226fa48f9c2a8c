/** What scripts keep and count beyond one run (`hsl.md` §7.9). */
import { type HostFunction, lookup, modifier, optional, parameter } from "../signature-table.ts";

const key = parameter("key", "string", "Name of the value; one for all flows, 500 bytes at most.");
const storable = ["string", "number", "boolean", "array", "none"] as const;
const options = optional("options", "array", "`ttl`: seconds it is kept, a day without it.");
const unreachable =
  "An error when the database cannot be reached: that is never “nothing is kept”.";

export const sharedMemoryFunctions: readonly HostFunction[] = [
  modifier(
    "memory_store",
    "Keeps a value for later runs, in all workers. A dry run keeps it for itself.",
    [key, parameter("value", storable, "What is kept, 64 kB at most."), options],
    ["boolean", "True."],
    ["memory"],
    { since: "modern", mayWait: true, errors: unreachable },
  ),
  lookup(
    "memory_fetch",
    "Reads a value that `memory_store` keeps.",
    [key, optional("otherwise", "any", "What to give when nothing is kept, none without it.")],
    ["any", "The value."],
    ["memory"],
    { since: "modern", errors: unreachable },
  ),
  modifier(
    "memory_delete",
    "Forgets a value that `memory_store` keeps.",
    [key],
    ["boolean", "Whether there was one."],
    ["memory"],
    { since: "modern", mayWait: true, errors: unreachable },
  ),
  modifier(
    "memory_inc",
    "Adds to a number that is kept, 0 when there is none; no step is lost between workers.",
    [
      key,
      optional("step", "number", "What to add, 1 without it."),
      optional(
        "options",
        "array",
        "`ttl`: seconds it is kept from its first step on, a day without it.",
      ),
    ],
    ["number", "What it is then."],
    ["memory"],
    { since: "modern", mayWait: true, errors: unreachable },
  ),
  modifier(
    "stat",
    "Counts numbers for graphs. /metrics gives their sums of the last hour as `sluice_script_stat_last_hour`.",
    [
      parameter("name", "string", "Name of the graph: a to z, 0 to 9, `-` and `.`."),
      parameter("legends", "array", "Name of a line => number to add."),
    ],
    ["none", "Nothing."],
    ["memory"],
    { since: "classic" },
  ),
];
