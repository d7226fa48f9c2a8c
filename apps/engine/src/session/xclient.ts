/** The argument of XCLIENT: a listed proxy names the real client (xtext values, RFC 3461 §4). */
import { isIP } from "node:net";
import { decodeXtext } from "@sluice/mail-syntax";
import { plainAddress } from "./plain-address.ts";
import { hasUnsafeText } from "./unsafe-text.ts";

/** null: the proxy says that it does not know; undefined: it says nothing. */
export type ClientFacts = {
  readonly address?: string | null;
  readonly port?: number | null;
  readonly helo?: string | null;
  readonly signIn?: string | null;
};

export const xclientNames = ["NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN"] as const;
const maximumValue = 255;

/** null when any part is malformed: then nothing of it counts. */
export const readXclient = (argument: string): ClientFacts | null => {
  const facts: { -readonly [Key in keyof ClientFacts]: ClientFacts[Key] } = {};
  const seen = new Set<string>();
  const words = argument.trim().split(/ +/);
  for (const word of words) {
    const equals = word.indexOf("=");
    const name = word.slice(0, Math.max(0, equals)).toUpperCase();
    const bytes = decodeXtext(word.slice(equals + 1));
    const decoded = bytes === null ? null : Buffer.from(bytes, "latin1").toString("utf8");
    if (equals < 0 || seen.has(name) || decoded === null) return null;
    seen.add(name);
    if (decoded === "" || decoded.length > maximumValue || hasUnsafeText(decoded)) return null;
    const value = /^\[(UNAVAILABLE|TEMPUNAVAIL)\]$/i.test(decoded) ? null : decoded;
    switch (name) {
      case "ADDR": {
        const address = value?.replace(/^IPv6:/i, "") ?? null;
        if (address !== null && isIP(address) === 0) return null;
        facts.address = address === null ? null : plainAddress(address);
        break;
      }
      case "PORT": {
        const port = value === null ? null : Number(value);
        if (port !== null && (!/^\d{1,5}$/.test(decoded) || port > 65_535)) return null;
        facts.port = port;
        break;
      }
      case "HELO":
        facts.helo = value;
        break;
      case "LOGIN":
        facts.signIn = value;
        break;
      case "NAME": // the client's name in DNS: ours to look up, not the proxy's to tell
        break;
      case "PROTO":
        if (value !== null && !/^E?SMTP$/i.test(value)) return null;
        break;
      default:
        return null;
    }
  }
  return facts;
};
