import { decodeBytes, encodeText } from "../values/bytes.ts";
import { gives, parameter, textAt } from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";
import { decodePunycode, encodePunycode } from "./punycode.ts";

const maxLabel = 63; // RFC 1035 §2.3.4
const maxName = 253;
const dots = /[.\u3002\uff0e\uff61]/; // RFC 3490 §3.1

/** Letters, marks and digits, not first a mark (RFC 5891 §4.2.3). */
const unicodeLabel = /^(?!\p{M})[\p{L}\p{M}\p{N}\u00b7\u0375\u05f3\u05f4\u30fb_-]+$/u;

const encodeLabel = (label: string): string | undefined => {
  const plain = label.normalize("NFKC").toLowerCase().normalize("NFC");
  if (/^[a-z0-9_-]*$/.test(plain)) return plain;
  if (!unicodeLabel.test(plain) || plain.startsWith("-") || plain.endsWith("-")) return undefined;
  return plain.length > maxLabel ? undefined : `xn--${encodePunycode(plain)}`;
};

/** A domain in letters of any script → the form DNS knows; `undefined` when it cannot be one. */
export const domainToAscii = (domain: string): string | undefined => {
  if (domain.length > 4 * maxName) return undefined;
  const labels: string[] = [];
  for (const label of domain.split(dots)) {
    const encoded = encodeLabel(label);
    if (encoded === undefined || encoded.length > maxLabel) return undefined;
    labels.push(encoded);
  }
  const name = labels.join(".");
  const fits = name.length <= maxName && !labels.slice(0, -1).includes("") && name !== "";
  return fits ? name : undefined;
};

/** The form DNS knows → letters; a label that is no Punycode makes it `undefined`. */
export const domainToUnicode = (domain: string): string | undefined => {
  if (domain.length > 4 * maxName) return undefined;
  const labels: string[] = [];
  for (const label of domain.split(dots)) {
    const lower = label.toLowerCase();
    if (!lower.startsWith("xn--")) {
      labels.push(lower);
      continue;
    }
    const decoded = decodePunycode(lower.slice(4));
    // What does not come back the same is a disguise of another name.
    if (decoded === undefined || encodeLabel(decoded) !== lower) return undefined;
    labels.push(decoded);
  }
  return labels.join(".");
};

export const idnaFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "idna_encode",
      role: "function",
      summary: "Writes a domain in letters of any script as DNS knows it.",
      parameters: [parameter("domain", "string", "The domain in UTF-8.")],
      returns: gives(
        "string|none",
        "The domain with xn-- labels, none when it cannot be a domain.",
      ),
      source: "RFC 5891 §4, RFC 3492",
      since: "modern",
      example: { script: 'echo idna_encode("Bücher.example");', log: ["xn--bcher-kva.example"] },
    },
    (args) => domainToAscii(decodeBytes(textAt(args, 0))) ?? null,
  ),
  defineFunction(
    {
      name: "idna_decode",
      role: "function",
      summary: "Reads a domain with xn-- labels.",
      parameters: [parameter("domain", "string", "The domain as DNS knows it.")],
      returns: gives("string|none", "The domain in UTF-8, none when a label is wrong."),
      source: "RFC 5891 §5, RFC 3492",
      since: "modern",
      example: { script: 'echo idna_decode("xn--bcher-kva.example");', log: ["bücher.example"] },
    },
    (args) => {
      const decoded = domainToUnicode(decodeBytes(textAt(args, 0)));
      return decoded === undefined ? null : encodeText(decoded);
    },
  ),
];
