/** The session's cookie: bound to this host over TLS, and never readable by a script. */
import { absoluteHours } from "../store/session-store.ts";

const nameFor = (secure: boolean): string => (secure ? "__Host-sluice" : "sluice");

export const readCookie = (header: string | undefined, secure: boolean): string | null => {
  const wanted = `${nameFor(secure)}=`;
  const found = header
    ?.split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(wanted));
  const value = found?.slice(wanted.length) ?? "";
  return /^[A-Za-z0-9_-]{43}$/.test(value) ? value : null;
};

/** null takes the cookie away. */
export const writeCookie = (token: string | null, secure: boolean): string =>
  [
    `${nameFor(secure)}=${token ?? ""}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Lax",
    `Max-Age=${token === null ? 0 : absoluteHours * 3600}`,
    ...(secure ? ["Secure"] : []),
  ].join("; ");
