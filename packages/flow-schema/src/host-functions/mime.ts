/** The message and its parts as objects, and text put into them (`hsl.md` §8.4). */
import { lookup, modifier, optional, parameter, reading } from "../signature-table.ts";

const modern = { since: "modern" } as const;
const part = { ...modern, gives: "MIME" } as const;

export const mimeFunctions = [
  reading(
    "MIME",
    "Gives a part of the message as an object, or makes a new part.",
    [
      optional(
        "id",
        "string",
        'Id of a part; `"0"` or `"/"` is the whole message. Without it a new part, for `appendPart` of another.',
      ),
    ],
    ["object", "The part."],
    ["message"],
    { ...part, errors: "An error when there is no such part." },
  ),
  reading(
    "GetMailMessage",
    'Gives the whole message as an object, as `MIME("0")` does.',
    [],
    ["object", "The message."],
    ["message"],
    part,
  ),
  reading(
    "GetMailFile",
    "Gives the bytes of the message as a file to read.",
    [optional("options", "array", "`changes` (with the changes made so far; false without it).")],
    ["object", "The file."],
    ["message"],
    { ...modern, gives: "File" },
  ),
  lookup(
    "ScanDLP",
    "Looks for files by name, type or content, in the message and in the ZIP and gzip archives of it.",
    [
      optional(
        "rules",
        "array",
        "Names of rules of Settings › Gateway › Lists (all of them without this argument), or rules: name => `filename`, `type`, `content`: a pattern, or an array of them; one that is found is enough. A type is what a file says it is, and what its first bytes look like.",
      ),
      optional(
        "options",
        "array",
        "`stop_on_match` (false without it), `timeout` (60 seconds), `recursion_limit` (9 archives inside one another).",
      ),
    ],
    [
      "array",
      "Names of the rules that matched; `ERR_PASSWORD_PROTECTED`, `ERR_RECURSION_LIMIT` or `ERR_UNKNOWN_ERROR` (damaged, too large, or an archive of another kind) when something could not be looked into.",
    ],
    ["message"],
    { since: "classic" },
  ),
  modifier(
    "WrapMessage",
    "Puts a text below or above what the author wrote, in plain text and in HTML.",
    [
      parameter("text", "string", "The text."),
      optional("html", "string", "The same in HTML; made from the text without it."),
      optional("options", "array", "`position`: `bottom` (without it) or `top`."),
    ],
    [
      "number",
      "How many parts have it now; 0 when the message has no text or more than 4 MB of it, or is signed or encrypted and must not be touched.",
    ],
    ["message"],
    { since: "classic" },
  ),
] as const;
