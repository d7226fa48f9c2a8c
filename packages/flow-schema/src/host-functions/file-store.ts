/** Text files of the file store (`hsl.md` §7.7), named `file:ID` or `file://NAME`. */
import { type HostFunction, lookup, optional, parameter } from "../signature-table.ts";

const name = parameter("name", "string", "`file:ID` or `file://NAME`.");

export const fileStoreFunctions: readonly HostFunction[] = [
  lookup(
    "file",
    "Reads the lines of a file.",
    [name],
    ["array", "Lines without their ends; empty when there is no such file."],
    ["file-store"],
    {
      since: "classic",
      mayWait: true,
    },
  ),
  lookup(
    "file_get_contents",
    "Reads a file.",
    [name],
    ["string", 'The whole file; `""` when there is no such file.'],
    ["file-store"],
    {
      since: "classic",
      mayWait: true,
    },
  ),
  lookup(
    "in_file",
    "Finds the first line of a file whose first word is the given one.",
    [
      parameter("word", "string", "Word to find; an empty one is never found."),
      name,
      optional(
        "options",
        "array",
        "`type` (`text/plain`, `text/csv`), `delimiter`, `assoc` (first CSV line gives the keys), `index` (column to search, from 0), `ignore_case`, `on_error` (what is returned when the file cannot be read).",
      ),
    ],
    ["any", "Words of the line; an empty array when no line fits."],
    ["file-store"],
    { since: "classic" },
  ),
  lookup(
    "in_network_file",
    "Tells whether a line of a file holds an IP address.",
    [
      parameter("ip", "string", "The address, IPv4 or IPv6."),
      parameter(
        "name",
        "string",
        "`file:ID` or `file://NAME`; on each line an address, a network or a range, `//` or `#` begins a remark.",
      ),
    ],
    [["boolean", "number"], "Whether one does; −1 when there is no such file."],
    ["file-store"],
    { since: "sluice" },
  ),
];
