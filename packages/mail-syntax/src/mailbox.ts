/**
 * A mailbox of the envelope (RFC 5321 §4.1.2, RFC 6531 §3.3). The local part is
 * opaque: `%`, `!` and a quoted `@` in it mean nothing to us.
 */
import { domainToAscii } from "./idna.ts";
import { utf8Length } from "./octets.ts";

export type Mailbox = {
  /** Without its quotes: `"a b"@example.org` has the local part `a b`. */
  readonly localPart: string;
  /** As written; `[192.0.2.1]` for an address literal; "" only for the bare `Postmaster` of RCPT. */
  readonly domain: string;
};

/** RFC 5321 §4.5.3.1, in octets. */
export const mailboxLimits = { localPart: 64, domain: 255, path: 256 } as const;

const dotString =
  /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+)*$/u;
const label =
  /^[A-Za-z0-9\u0080-\u{10ffff}](?:[A-Za-z0-9\-\u0080-\u{10ffff}]*[A-Za-z0-9\u0080-\u{10ffff}])?$/u;

/** Reads `local@domain`, all of the text; `null` when it is no mailbox. */
export const parseMailbox = (text: string): Mailbox | null => {
  const local = readLocalPart(text, 0);
  if (local === null || text[local.end] !== "@") return null;
  return makeMailbox(local.value, text.slice(local.end + 1));
};

/** Checks the lengths and the domain of a mailbox whose local part was read already. */
export const makeMailbox = (localPart: string, domain: string): Mailbox | null => {
  if (utf8Length(localPart) > mailboxLimits.localPart) return null;
  if (!isDomain(domain) && !isAddressLiteral(domain)) return null;
  const mailbox = { localPart, domain };
  // The path adds its two angle brackets (RFC 5321 §4.5.3.1.3).
  return utf8Length(formatMailbox(mailbox)) + 2 > mailboxLimits.path ? null : mailbox;
};

/** Reads a Dot-string or a Quoted-string; `end` is where the `@` must stand. */
export const readLocalPart = (
  text: string,
  start: number,
): { readonly value: string; readonly end: number } | null => {
  if (text[start] === '"') return readQuoted(text, start);
  let end = start;
  while (end < text.length && text[end] !== "@" && text[end] !== ">") end += 1;
  const value = text.slice(start, end);
  return isDotString(value) ? { value, end } : null;
};

const readQuoted = (text: string, start: number) => {
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === '"') return { value, end: at + 1 };
    const taken = char === "\\" ? text[++at] : char;
    if (taken === undefined || taken < " " || taken === "\x7f") return null;
    value += taken;
  }
  return null;
};

const isDotString = (text: string): boolean => dotString.test(text);

/** Whether the text is a domain name: labels of letters, digits and inner dashes, or U-labels. */
export const isDomain = (text: string): boolean => {
  if (text === "" || utf8Length(text) > mailboxLimits.domain) return false;
  return text.split(".").every((part) => label.test(part) && part.length <= 63);
};

/** Whether the text is `[192.0.2.1]`, `[IPv6:2001:db8::1]` or another tagged literal. */
export const isAddressLiteral = (text: string): boolean => {
  const inner = /^\[([!-Z^-~]+)\]$/.exec(text)?.[1];
  if (inner === undefined) return false;
  if (/^ipv6:/i.test(inner)) return isIpv6(inner.slice(5));
  return isIpv4(inner) || /^[A-Za-z0-9-]*[A-Za-z0-9]:/.test(inner);
};

/** The address inside an IPv4 or IPv6 literal; `null` for anything else. */
export const addressOfLiteral = (domain: string): string | null => {
  if (!isAddressLiteral(domain)) return null;
  const inner = domain.slice(1, -1);
  if (isIpv4(inner)) return inner;
  return /^ipv6:/i.test(inner) ? inner.slice(5).toLowerCase() : null;
};

const isIpv4 = (text: string): boolean => {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
};

const isIpv6 = (text: string): boolean => {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    const parts = half === "" ? [] : half.split(":");
    for (const [position, part] of parts.entries()) {
      const isLast = index === halves.length - 1 && position === parts.length - 1;
      if (isLast && part.includes(".")) {
        if (!isIpv4(part)) return false;
        groups += 2;
      } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups += 1;
      else return false;
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
};

/** The mailbox as the envelope writes it; quotes the local part where it must be. */
export const formatMailbox = ({ localPart, domain }: Mailbox): string => {
  const local = isDotString(localPart) ? localPart : `"${localPart.replace(/["\\]/g, "\\$&")}"`;
  return domain === "" ? local : `${local}@${domain}`;
};

/** The domain to compare and to look up: lower case, A-labels, no final dot; "" when it has none. */
export const domainOf = (mailbox: Mailbox): string =>
  domainToAscii(mailbox.domain) ?? mailbox.domain.toLowerCase();
