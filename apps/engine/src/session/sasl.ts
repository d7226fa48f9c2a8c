/** What the SASL mechanisms PLAIN (RFC 4616) and LOGIN say, read as strictly as base64 allows. */
import { hasUnsafeText } from "./unsafe-text.ts";

export type Credentials = { readonly userName: string; readonly password: string };

const maximumName = 255;

/** Text of a base64 token; null when it is none, or no UTF-8. "=" stands for nothing (RFC 4954 §4). */
export const decodeToken = (token: string): string | null => {
  if (token === "=") return "";
  if (token.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(token)) return null;
  const text = Buffer.from(token, "base64").toString("utf8");
  return text.includes("\ufffd") ? null : text;
};

export const isUserName = (name: string): boolean =>
  name !== "" && Buffer.byteLength(name) <= maximumName && !hasUnsafeText(name);

/** `authzid NUL authcid NUL password`; an authzid of somebody else is not supported. */
export const readPlain = (token: string): Credentials | null => {
  const parts = decodeToken(token)?.split("\0");
  if (parts?.length !== 3) return null;
  const [identity = "", userName = "", password = ""] = parts;
  if (!isUserName(userName) || (identity !== "" && identity !== userName)) return null;
  return { userName, password };
};

export const loginPrompts = {
  userName: Buffer.from("Username:").toString("base64"),
  password: Buffer.from("Password:").toString("base64"),
} as const;
