/** What the objects that functions give can be asked (`hsl.md` §7.9, §8.4). */
import { type ClassSignature, classSignature } from "@sluice/hsl";

const socketMethods = (className: string) =>
  [
    ["send(data)", ["number", "none"], "Sends bytes; how many, or none when that fails."],
    [
      "recv(length, flags?)",
      ["string", "none"],
      "Receives as many bytes at most; an empty text at the end, none when that fails. Flags: `MSG_PEEK`, `MSG_WAITALL`.",
    ],
    ["shutdown(how?)", "object", "Says that nothing more will be sent.", className],
    ["close()", "object", "Closes the connection.", className],
    ["errno()", "string", "What failed last, such as `ECONNREFUSED`."],
  ] as const;

const classes = [
  classSignature("MIME", [
    ["getID()", "string", "Its id, as other functions take it; empty of a new part."],
    ["getType()", "string", "Its media type in lower case."],
    ["getFileName()", "string", "Its file name; empty without one."],
    ["getSize()", "number", "Its size in bytes."],
    ["isMultipart()", "boolean", "Whether it is made of parts."],
    [
      "getHeader(name, decode?)",
      "string",
      "The first header field of that name; empty without one. It is decoded unless `decode` is false.",
    ],
    ["getHeaders(name, decode?)", "array", "All header fields of that name."],
    ["addHeader(name, value)", "object", "Adds a header field, and gives the part back.", "MIME"],
    [
      "setHeader(name, value)",
      "number",
      "Puts one in place of all of that name; how many they were.",
    ],
    ["delHeader(name)", "number", "Removes all of that name; how many they were."],
    ["setType(type)", "object", "Gives a new part its media type, and gives it back.", "MIME"],
    ["getParts()", "array", "The parts right inside it.", "MIME"],
    [
      "findByType(pattern)",
      "array",
      "Parts whose media type fits, itself and those inside.",
      "MIME",
    ],
    [
      "findByFileName(pattern)",
      "array",
      "Parts whose file name fits, itself and those inside.",
      "MIME",
    ],
    ["getBody()", "string", "Its content, decoded."],
    ["setBody(body, type?)", "object", "Gives it another content, and gives it back.", "MIME"],
    ["remove()", "boolean", "Takes it out of the message; whether it was there."],
    [
      "appendPart(part)",
      "object",
      "Puts a new part behind the others, and gives this one back; `getParts()` does not see the new one. A part that is no multipart becomes one.",
      "MIME",
    ],
    ["toString()", "string", "The text of a new part, or of the whole message."],
  ]),
  classSignature("File", [
    ["read(bytes?)", "string", "Reads as many bytes, or all that is left."],
    ["readline()", ["string", "boolean"], "Reads a line without its end; false at the end."],
    ["seek(byte)", "boolean", "Goes to a place; whether there is one."],
    ["tell()", "number", "The place it has been read to."],
    ["size()", "number", "Its size in bytes."],
    ["close()", "none", "Closes it: nothing is left to read."],
  ]),
  classSignature("Iconv", [
    [
      "convert(text)",
      ["string", "none"],
      "The text in the other character set; none when a character has no translation.",
    ],
  ]),
  classSignature("X509", [
    ["subject()", "array", "Whose it is: name => value."],
    ["issuer()", "array", "Who has signed it: name => value."],
    ["subject_alt()", "array", "Its other names: `DNS` => an array of them."],
    ["serial_number()", "string", "Its serial number in hexadecimal."],
    ["not_valid_before()", "number", "When it begins, in Unix seconds."],
    ["not_valid_after()", "number", "When it ends, in Unix seconds."],
    [
      "fingerprint(hash?)",
      "string",
      "Its fingerprint: `sha256` (without the argument), `sha1` or `sha512`.",
    ],
    ["public_key()", "string", "Its public key as PEM."],
    ["export()", "string", "The certificate as PEM."],
  ]),
  classSignature("Socket", [
    [
      "connect(address, port?)",
      ["object", "none"],
      "Connects, and gives the socket back; none when that fails.",
      "Socket",
    ],
    [
      "settimeout(seconds)",
      "object",
      "How long to wait for an answer: 10 without it, 60 at most.",
      "Socket",
    ],
    ...socketMethods("Socket"),
  ]),
  classSignature("TLSSocket", [
    [
      "handshake()",
      ["object", "none"],
      "Begins to speak TLS, and gives the socket back; none when that fails.",
      "TLSSocket",
    ],
    ...socketMethods("TLSSocket"),
    [
      "getpeercert(options?)",
      ["array", "none"],
      "The certificate of the other side; with `fingerprint` => a hash its fingerprint, too.",
    ],
  ]),
];

/** By name. */
export const hostClasses: ReadonlyMap<string, ClassSignature> = new Map(
  classes.map((one) => [one.name, one]),
);
