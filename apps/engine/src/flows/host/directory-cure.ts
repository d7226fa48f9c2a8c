/** What an administrator can do about a directory that could not be used. Pure. */
import type { Directory } from "@sluice/settings";

const cures: readonly (readonly [RegExp, string])[] = [
  [/\(49\)$/, "The bind DN or the bind password is wrong."],
  [/\(32\)$/, "The base DN or the bind DN is not there: compare it with the directory."],
  [/\(34\)$/, "The bind DN or the base DN is no DN, such as cn=gateway,dc=example,dc=com."],
  [/\((?:8|13)\)$/, "The directory wants TLS, or a bind DN: choose StartTLS or LDAPS."],
  [/\(50\)$/, "The bind DN may not read there: give it the right in the directory."],
  [/password is not set/, "Enter it, or leave the bind DN empty."],
  [
    /self-signed|unable to (?:verify|get)|UNABLE_TO|issuer/i,
    "The authority that signed the server's certificate is not known here: name its file in NODE_EXTRA_CA_CERTS when the gateway starts, or give the server a certificate of a known authority.",
  ],
  [
    /altnames|Hostname\/IP/i,
    "The server's certificate is for another name: enter the server by the name that stands in it.",
  ],
  [/certificate has expired/i, "The server's certificate has expired: renew it there."],
  [
    /ENOTFOUND|EAI_AGAIN/,
    "The name of the server cannot be looked up: check it, and the resolver of this machine.",
  ],
  [
    /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH/,
    "Nobody listens there: check host and port, and the firewall between.",
  ],
  [
    /tim(?:e|ed) ?out|did not answer|left alone|in time/i,
    "No answer came in time: check host and port, the firewall between, and whether the directory runs.",
  ],
];

/** `text` is the failure as it was told; the cure comes after it. */
export const withCure = (text: string, { tls }: Pick<Directory, "tls">): string => {
  const told = text
    .replace(/;? if the root CA is installed locally.*$/, "")
    .replace(/\s+Code: 0x[0-9a-f]+/, "")
    .replace(/^The directory said: \(/, "The directory refused (");
  return `${told.replace(/\.$/, "")}. ${cureOf(told, tls)}`.trim();
};

const cureOf = (text: string, tls: Directory["tls"]): string => {
  if (tls === "starttls" && /\((?:1|2|52|53)\)$/.test(text)) {
    return "The server offers no StartTLS: set up TLS there, or choose LDAPS.";
  }
  if (tls === "ldaps" && /TLS|ECONNRESET|wrong version|EPROTO|SSL/.test(text)) {
    return "This port speaks no LDAPS: take port 636, or choose StartTLS.";
  }
  return cures.find(([pattern]) => pattern.test(text))?.[1] ?? "";
};
