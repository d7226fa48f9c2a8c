/** DKIM key records (RFC 6376 §3.6.1, RFC 8463): written, and compared with what DNS has. */

export type KeyType = "rsa" | "ed25519";

/** Where the record of a key stands. */
export const keyRecordName = (selector: string, domain: string): string =>
  `${selector}._domainkey.${domain}`;

/** The text of a key record. */
export const keyRecord = (type: KeyType, publicKey: string): string =>
  `v=DKIM1; k=${type}; p=${publicKey}`;

/** A TXT record's text as its strings, of at most 255 bytes each (RFC 1035 §3.3.14). */
export const textStrings = (text: string): readonly string[] =>
  text.match(/[\s\S]{1,255}/g) ?? [""];

/** A line for a zone file, its strings quoted. */
export const zoneLine = (name: string, text: string): string => {
  const strings = textStrings(text).map((one) => `"${one.replace(/(["\\])/g, "\\$1")}"`);
  return `${name}. IN TXT ${strings.length === 1 ? strings[0] : `( ${strings.join(" ")} )`}`;
};

export type PublishedKey =
  | { readonly kind: "matches" }
  /** `p=` is empty: the key was taken back (RFC 6376 §3.6.1). */
  | { readonly kind: "revoked" }
  | { readonly kind: "differs"; readonly why: string };

/** Does one published text stand for this key? */
export const comparePublishedKey = (
  type: KeyType,
  publicKey: string,
  published: string,
): PublishedKey => {
  const tags = readTags(published);
  if (tags === null) return { kind: "differs", why: "It is no list of tags." };
  const version = tags.get("v");
  if (version !== undefined && version !== "DKIM1") {
    return { kind: "differs", why: `It is of the version ${version}, not DKIM1.` };
  }
  const key = tags.get("p")?.replace(/\s+/g, "");
  if (key === undefined) return { kind: "differs", why: "It has no p=." };
  if (key === "") return { kind: "revoked" };
  const kind = tags.get("k") ?? "rsa";
  if (kind !== type) {
    return { kind: "differs", why: `It says k=${kind}; this key is ${type}.` };
  }
  const hashes = tags.get("h")?.split(":");
  if (hashes !== undefined && !hashes.some((one) => one.trim() === "sha256")) {
    return { kind: "differs", why: "Its h= does not allow sha256." };
  }
  const services = tags.get("s")?.split(":");
  if (services !== undefined && !services.some((one) => ["*", "email"].includes(one.trim()))) {
    return { kind: "differs", why: "Its s= does not allow email." };
  }
  if (unpadded(key) === unpadded(publicKey)) return { kind: "matches" };
  return {
    kind: "differs",
    why: unpadded(publicKey).startsWith(unpadded(key))
      ? "Its key is cut off: the strings after the first are missing."
      : "It has another key.",
  };
};

const unpadded = (key: string): string => key.replace(/=+$/, "");

const readTags = (text: string): ReadonlyMap<string, string> | null => {
  const tags = new Map<string, string>();
  for (const part of text.split(";")) {
    if (part.trim() === "") continue;
    const at = part.indexOf("=");
    if (at < 0) return null;
    tags.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return tags.size === 0 ? null : tags;
};
