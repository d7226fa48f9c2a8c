/** Reading and changing header fields (`hsl.md` §8.4). Names are compared without case. */
import { modifier, optional, parameter, reading } from "../signature-table.ts";

const name = parameter("name", "string", "Name of the field.");
const value = parameter("value", "string", "The value; a line break in it is an error.");
const decode = optional("decode", "boolean", "Decode encoded words (RFC 2047); true without it.");
const refold = optional("refold", "boolean", "Fold long lines; true without it.");
const since = { since: "classic" } as const;

export const headerFunctions = [
  reading(
    "GetHeader",
    "Reads the first field of a name.",
    [name, decode],
    ["string", 'Its value; `""` when there is none.'],
    ["message"],
    since,
  ),
  reading(
    "GetHeaders",
    "Reads all fields of a name.",
    [
      parameter("name", ["string", "boolean"], "Name of the fields; `true` for all fields."),
      decode,
    ],
    ["array", "Their values from top to bottom; for all fields, arrays with `name` and `value`."],
    ["message"],
    since,
  ),
  modifier(
    "AddHeader",
    "Adds a field at the top.",
    [name, value, refold],
    ["none", "Nothing."],
    ["message"],
    since,
  ),
  modifier(
    "SetHeader",
    "Gives a field a value; adds it when there is none.",
    [name, value, refold],
    ["number", "How many fields had that name."],
    ["message"],
    since,
  ),
  modifier(
    "PrependHeader",
    "Puts text in front of a field's value.",
    [name, parameter("text", "string", "The text."), refold],
    ["number", "How many fields were changed."],
    ["message"],
    since,
  ),
  modifier(
    "AppendHeader",
    "Puts text behind a field's value.",
    [name, parameter("text", "string", "The text."), refold],
    ["number", "How many fields were changed."],
    ["message"],
    since,
  ),
  modifier(
    "DelHeader",
    "Removes all fields of a name.",
    [name],
    ["number", "How many were removed."],
    ["message"],
    since,
  ),
  reading(
    "GetRoute",
    "Reads the Received fields.",
    [optional("extended", "boolean", "Return arrays instead of addresses.")],
    [
      "array",
      "Hops from the newest to the oldest: their address, or `from`, `by`, `ip`, `helo`, `date`.",
    ],
    ["message"],
    since,
  ),
  reading(
    "GetDSN",
    "Reads the message as a delivery status notification.",
    [],
    [
      ["array", "boolean"],
      "`recipients`, each with `recipient`, `action`, `status`, `diagnostic`; false when it is no notification.",
    ],
    ["message"],
    { ...since, source: "RFC 3464" },
  ),
  reading(
    "GetDSNHeader",
    "Reads a field of the message a delivery status notification is about.",
    [name, optional("raw", "boolean", "Leave encoded words as they are.")],
    ["string", 'Its value; `""` when there is none.'],
    ["message"],
    since,
  ),
  reading(
    "GetAddressList",
    "Reads the addresses in a field's value.",
    [parameter("value", "string", "Value of a field such as To.")],
    ["array", "The addresses."],
    [],
    { ...since, source: "RFC 5322 §3.4" },
  ),
] as const;
