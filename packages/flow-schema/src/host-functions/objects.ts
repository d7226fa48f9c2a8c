/** Objects that every flow can make (`hsl.md` §7.9). */
import { type HostFunction, parameter, reading } from "../signature-table.ts";
import { partObject } from "./mime.ts";

const modern = { since: "modern" } as const;

export const objectFunctions: readonly HostFunction[] = [
  reading(
    "File",
    "Opens a stored file to read it piece by piece.",
    [parameter("name", "string", "`file:ID` or `file://name`.")],
    [
      "object",
      "A file: `read([bytes])`, `readline()` (false at the end), `seek(byte)`, `tell()`, `size()`, `close()`.",
    ],
    ["file-store"],
    { ...modern, errors: "An error when there is no such file." },
  ),
  reading(
    "MailMessage",
    "Takes a text for a message, such as one that is attached, and gives it as an object; nothing of it is delivered.",
    [parameter("text", "string", "The message with its header.")],
    ["object", `${partObject} Of the whole also \`toString()\`.`],
    [],
    { ...modern, errors: "An error when it is nested too deeply or has too many parts." },
  ),
  reading(
    "Iconv",
    "Translates texts from one character set to another.",
    [
      parameter("to", "string", "Character set of the result, such as `utf-8`."),
      parameter("from", "string", "Character set of what is given, such as `iso-8859-1`."),
    ],
    [
      "object",
      "A translator: `convert(text)` gives the text, or none when a character has no translation.",
    ],
    [],
    { ...modern, errors: "An error when there is no such character set." },
  ),
  reading(
    "X509",
    "Reads a certificate.",
    [parameter("certificate", "string", "`pki:ID`, or the certificate as PEM.")],
    [
      "object",
      "A certificate: `subject()`, `issuer()`, `subject_alt()`, `serial_number()`, `not_valid_before()`, `not_valid_after()` (Unix seconds), `fingerprint([hash])` (`sha256` without it), `public_key()`, `export()`.",
    ],
    [],
    { ...modern, errors: "An error when it is no certificate." },
  ),
];
