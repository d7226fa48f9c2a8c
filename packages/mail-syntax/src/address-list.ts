/**
 * Addresses of header fields such as From and To (RFC 5322 §3.4), read as leniently
 * as mail programs do: what cannot be read is left out.
 */
import { decodeWords } from "./encoded-word.ts";
import { type Mailbox, parseMailbox } from "./mailbox.ts";
import { decodeUtf8 } from "./octets.ts";

export type ListedAddress = {
  /** Display name as text; "" when there is none. */
  readonly name: string;
  readonly mailbox: Mailbox;
  /** Name of the group it stands in. */
  readonly group?: string | undefined;
};

type Token = { readonly kind: "text" | "quoted" | "mark"; readonly text: string };

/** Reads the value of an address field, from top to bottom, groups flattened. */
export const parseAddressList = (value: string): ListedAddress[] => {
  const addresses: ListedAddress[] = [];
  let group: string | undefined;
  let current: Token[] = [];
  const close = (): void => {
    const address = readAddress(current);
    if (address !== null) addresses.push(group === undefined ? address : { ...address, group });
    current = [];
  };
  let isInAngle = false;
  for (const token of tokenize(value)) {
    if (token.kind === "mark" && token.text === "<") isInAngle = true;
    if (token.kind === "mark" && token.text === ">") isInAngle = false;
    const mark = token.kind === "mark" && !isInAngle ? token.text : "";
    if (mark === ",") close();
    else if (mark === ":") {
      group = wordsOf(current);
      current = [];
    } else if (mark === ";") {
      close();
      group = undefined;
    } else current.push(token);
  }
  close();
  return addresses;
};

const readAddress = (tokens: readonly Token[]): ListedAddress | null => {
  const open = tokens.findIndex((token) => token.kind === "mark" && token.text === "<");
  const spec = open < 0 ? tokens : tokens.slice(open + 1);
  const end = spec.findIndex((token) => token.kind === "mark" && token.text === ">");
  const raw = (end < 0 ? spec : spec.slice(0, end))
    .map((token) => (token.kind === "quoted" ? quote(token.text) : token.text.trim()))
    .join("")
    .replace(/^@[^:]*:/, ""); // obsolete route, RFC 5322 §4.4
  const mailbox = parseMailbox(decodeUtf8(raw));
  if (mailbox === null) return null;
  return { name: open < 0 ? "" : wordsOf(tokens.slice(0, open)), mailbox };
};

const wordsOf = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => (token.kind === "quoted" ? decodeUtf8(token.text) : decodeWords(token.text)))
    .join("")
    .replace(/[ \t\r\n]+/g, " ")
    .trim();

const quote = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

const tokenize = (value: string): Token[] => {
  const tokens: Token[] = [];
  for (let at = 0; at < value.length; ) {
    const char = value[at] ?? "";
    if (char === "(") at = skipComment(value, at);
    else if (char === '"') {
      const quoted = readQuoted(value, at);
      tokens.push({ kind: "quoted", text: quoted.text });
      at = quoted.end;
    } else if ("<>,:;".includes(char)) {
      tokens.push({ kind: "mark", text: char });
      at += 1;
    } else {
      // A literal keeps its colons: joe@[IPv6:2001:db8::1].
      const match = /^(?:\[[^\]]*\]|[^("<>,:;[]|\[)+/.exec(value.slice(at))?.[0] ?? char;
      tokens.push({ kind: "text", text: match });
      at += match.length;
    }
  }
  return tokens;
};

const skipComment = (value: string, start: number): number => {
  let depth = 0;
  for (let at = start; at < value.length; at++) {
    if (value[at] === "\\") at += 1;
    else if (value[at] === "(") depth += 1;
    else if (value[at] === ")" && --depth === 0) return at + 1;
  }
  return value.length;
};

const readQuoted = (value: string, start: number): { text: string; end: number } => {
  let text = "";
  for (let at = start + 1; at < value.length; at++) {
    if (value[at] === '"') return { text, end: at + 1 };
    if (value[at] === "\\") at += 1;
    text += value[at] ?? "";
  }
  return { text, end: value.length };
};
