/**
 * Sender rewriting (SRS): the address under which a forwarded message bounces to
 * us, and back. SRS0 holds the address; a second forwarder makes SRS1 of it, which
 * leads to the first one. The hash keeps strangers from making such addresses, the
 * day in them from using them for long. What would be longer than an address may be
 * gets a token instead, under which the caller keeps it.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { formatMailbox, type Mailbox, parseMailbox } from "@sluice/mail-syntax";

export type Restored =
  /** Not one of ours. */
  | { readonly kind: "none" }
  | { readonly kind: "restored"; readonly address: string }
  /** Its address is kept under this token. */
  | { readonly kind: "kept"; readonly token: string }
  | { readonly kind: "forged" }
  | { readonly kind: "expired" };

export type SrsOptions = {
  readonly key: string;
  /** The domain of rewritten addresses. */
  readonly domain: string;
  readonly now: Date;
};

/** Stands where a domain would; none has this name. */
const keptMark = "-";
const tokenLength = 24;
const hashLength = 4;
const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** Two digits of five bits: days come round after 1,024 of them. */
const dayCount = digits.length ** 2;

const dayOf = (now: Date): number => Math.floor(now.getTime() / 86_400_000) % dayCount;

const hash = (key: string, ...parts: readonly string[]): string =>
  createHmac("sha1", key)
    .update(parts.join("").toLowerCase())
    .digest("base64")
    .slice(0, hashLength);

/** Relays may change the case of a local part. */
const isHash = (given: string, key: string, ...parts: readonly string[]): boolean => {
  const right = Buffer.from(hash(key, ...parts).toLowerCase());
  const other = Buffer.from(given.toLowerCase());
  return other.length === right.length && timingSafeEqual(other, right);
};

/** A rewritten sender that leads to a token, for one that does not fit into it (RFC 5321 §4.5.3.1.1). */
export const tokenSender = (
  address: string,
  { key, domain, now }: SrsOptions,
): { readonly address: string; readonly token: string } => {
  const bits = [...createHmac("sha256", key).update(`kept ${address}`).digest()]
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  const token = Array.from({ length: tokenLength }, (_, index) =>
    digits.charAt(Number.parseInt(bits.slice(index * 5, index * 5 + 5), 2)),
  ).join("");
  const localPart = firstLocal(key, dayOf(now), keptMark, token);
  return { address: formatMailbox({ localPart, domain }), token };
};

/** The rewritten address; null: it would be longer than an address may be (RFC 5321 §4.5.3.1.1). */
export const rewriteSender = (address: string, options: SrsOptions): string | null => {
  const { key, domain, now } = options;
  const mailbox = parseMailbox(address);
  if (mailbox === null) return null;
  const rewritten: Mailbox = { localPart: rewrittenLocal(mailbox, key, now), domain };
  const text = formatMailbox(rewritten);
  return parseMailbox(text) === null ? null : text;
};

const rewrittenLocal = ({ localPart, domain }: Mailbox, key: string, now: Date): string => {
  const again = /^SRS1[-+=][^=]*=([^=]+)=(.*)$/is.exec(localPart);
  if (again !== null) {
    const [, host = "", rest = ""] = again;
    return `SRS1=${hash(key, host, rest)}=${host}=${rest}`;
  }
  const second = /^SRS0([-+=].*)$/is.exec(localPart);
  if (second !== null) {
    const [, rest = ""] = second;
    return `SRS1=${hash(key, domain, rest)}=${domain}=${rest}`;
  }
  return firstLocal(key, dayOf(now), domain, localPart);
};

const firstLocal = (key: string, day: number, domain: string, localPart: string): string => {
  const stamp = `${digits[day >> 5]}${digits[day & 31]}`;
  return `SRS0=${hash(key, stamp, domain, localPart)}=${stamp}=${domain}=${localPart}`;
};

/** Where a bounce to a rewritten address goes. */
export const restoreSender = (
  address: string,
  options: SrsOptions & { days: number },
): Restored => {
  const mailbox = parseMailbox(address);
  if (mailbox === null || mailbox.domain.toLowerCase() !== options.domain) return { kind: "none" };
  const { localPart } = mailbox;
  if (/^SRS1[-+=]/i.test(localPart)) return restoreSecond(localPart, options);
  if (/^SRS0[-+=]/i.test(localPart)) return restoreFirst(localPart, options);
  return { kind: "none" };
};

const restoreFirst = (
  local: string,
  { key, now, days }: SrsOptions & { days: number },
): Restored => {
  const [, given = "", stamp = "", domain = "", user = ""] =
    /^SRS0[-+=]([^=]+)=([^=]{2})=([^=]+)=(.*)$/is.exec(local) ?? [];
  if (!isHash(given, key, stamp, domain, user)) return { kind: "forged" };
  const [high = -1, low = -1] = [...stamp.toUpperCase()].map((digit) => digits.indexOf(digit));
  if (high < 0 || low < 0) return { kind: "forged" };
  const age = (dayOf(now) - (high * 32 + low) + dayCount) % dayCount;
  if (age > days) return { kind: "expired" };
  if (domain === keptMark) return { kind: "kept", token: user.toUpperCase() };
  return checked({ localPart: user, domain });
};

/** The first forwarder knows how old it is. */
const restoreSecond = (local: string, { key }: SrsOptions): Restored => {
  const [, given = "", host = "", rest = ""] =
    /^SRS1[-+=]([^=]+)=([^=]+)=([-+=].*)$/is.exec(local) ?? [];
  if (!isHash(given, key, host, rest)) return { kind: "forged" };
  return checked({ localPart: `SRS0${rest}`, domain: host });
};

const checked = (mailbox: Mailbox): Restored => {
  const address = formatMailbox(mailbox);
  return parseMailbox(address) === null ? { kind: "forged" } : { kind: "restored", address };
};
