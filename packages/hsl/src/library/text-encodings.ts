import { gives, parameter, reserveText, textAt } from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

const hex = (char: string): string =>
  char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");

const fromHex = (digits: string): string => String.fromCharCode(Number.parseInt(digits, 16));

/** RFC 3986 §2.3: everything but the unreserved characters becomes %XX. */
export const encodeUrl = (bytes: string): string =>
  bytes.replace(/[^A-Za-z0-9\-._~]/g, (char) => `%${hex(char)}`);

export const textEncodingFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "url_encode",
      role: "function",
      summary: "Writes a text so that it can be a part of a URL.",
      parameters: [parameter("string", "string", "The text.")],
      returns: gives("string", "The text; all bytes but letters, digits and -._~ are %XX."),
      source: "RFC 3986 §2.1",
      since: "modern",
      example: { script: 'echo url_encode("a&b=c d");', log: ["a%26b%3Dc%20d"] },
    },
    (args, run) => {
      reserveText(run, 3 * textAt(args, 0).length);
      return encodeUrl(textAt(args, 0));
    },
  ),
  defineFunction(
    {
      name: "url_decode",
      role: "function",
      summary: "Reads a text that was written for a URL.",
      parameters: [parameter("string", "string", "The text.")],
      returns: gives("string", "The bytes; a % without two digits stays, and so does +."),
      source: "RFC 3986 §2.1",
      since: "modern",
      example: { script: 'echo url_decode("a%26b%3dc+d%zz");', log: ["a&b=c+d%zz"] },
    },
    (args) => textAt(args, 0).replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) => fromHex(digits)),
  ),
  defineFunction(
    {
      name: "xtext_encode",
      role: "function",
      summary: "Writes a text as a parameter of MAIL FROM or RCPT TO wants it.",
      parameters: [parameter("string", "string", "The text.")],
      returns: gives("string", "The text; bytes outside ! to ~, + and = are +XX."),
      source: "RFC 3461 §4",
      since: "modern",
      example: { script: 'echo xtext_encode("a+b=c d");', log: ["a+2Bb+3Dc+20d"] },
    },
    (args, run) => {
      reserveText(run, 3 * textAt(args, 0).length);
      return textAt(args, 0).replace(/[^!-*,-<>-~]/g, (char) => `+${hex(char)}`);
    },
  ),
  defineFunction(
    {
      name: "xtext_decode",
      role: "function",
      summary: "Reads a text that was written for a parameter of MAIL FROM or RCPT TO.",
      parameters: [parameter("string", "string", "The text.")],
      returns: gives("string|none", "The bytes, none when the text is not xtext."),
      source: "RFC 3461 §4",
      since: "modern",
      example: { script: 'echo xtext_decode("a+2Bb");', log: ["a+b"] },
    },
    (args) => {
      const text = textAt(args, 0);
      if (!/^(?:\+[0-9A-F]{2}|[!-*,-<>-~])*$/.test(text)) return null;
      return text.replace(/\+([0-9A-F]{2})/g, (_, digits: string) => fromHex(digits));
    },
  ),
];
