/** Parts of a message that carry files (`hsl.md` §8.4). */
import { modifier, parameter, reading } from "../signature-table.ts";

const ids = parameter(
  "ids",
  ["string", "array"],
  'One id, or an array of them; `"/"` is the whole message.',
);
const perId = (what: string) => ["array", `${what}, one for each id.`] as const;
const since = { since: "classic" } as const;

export const attachmentFunctions = [
  reading(
    "GetAttachmentsByName",
    "Finds parts by their file name.",
    [parameter("pattern", ["string", "regex"], "Pattern for the name.")],
    ["array", "Ids of the parts."],
    ["message"],
    since,
  ),
  reading(
    "GetAttachmentsByType",
    "Finds parts by their media type.",
    [parameter("pattern", ["string", "regex"], "Pattern for the type, such as `^application/`.")],
    ["array", "Ids of the parts."],
    ["message"],
    since,
  ),
  reading(
    "GetAttachmentName",
    "Reads file names of parts.",
    [ids],
    perId("File names"),
    ["message"],
    since,
  ),
  reading(
    "GetAttachmentType",
    "Reads media types of parts.",
    [ids],
    perId("Media types"),
    ["message"],
    since,
  ),
  reading(
    "GuessAttachmentType",
    "Tells media types of parts from their first bytes, whatever they are called.",
    [ids],
    perId("Media types (`application/octet-stream` for bytes of no known kind)"),
    ["message"],
    since,
  ),
  reading(
    "GetAttachmentSize",
    "Reads sizes of parts.",
    [ids],
    perId("Bytes after decoding"),
    ["message"],
    since,
  ),
  modifier(
    "RemoveAttachments",
    "Removes parts from the message.",
    [ids],
    ["number", "How many were removed."],
    ["message"],
    since,
  ),
] as const;
