/**
 * TLS of a listener: its certificates, chosen by the name the client asks for. Two
 * certificates for the same names with keys of different kinds (RSA and ECDSA) serve
 * together, and the client takes the kind it knows.
 */
import { constants, createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import type { Listener } from "@sluice/settings";
import type { Snapshot } from "../config/snapshot.ts";
import type { TicketKeys } from "./ticket-keys.ts";

export type ListenerTls = {
  /** For clients that ask for no name, or one that no certificate has. */
  readonly fallback: SecureContextOptions;
  readonly contextFor: (name: string) => SecureContext | null;
};

/** DNS names of a certificate (RFC 6125). */
export const namesOf = (certificate: string): readonly string[] => {
  const { subjectAltName = "" } = new X509Certificate(certificate);
  return [...subjectAltName.matchAll(/DNS:([^,\s]+)/g)].map((match) =>
    (match[1] ?? "").toLowerCase(),
  );
};

type Group = { readonly names: readonly string[]; readonly kinds: Set<string> } & {
  readonly key: string[];
  readonly cert: string[];
};

/** null: no certificate with its key is there, so TLS is not offered; `problem` says why. */
export const listenerTls = (
  snapshot: Snapshot,
  listener: Listener,
  ticketKeys: TicketKeys | null = null,
): { readonly tls: ListenerTls | null; readonly problem: string | null } => {
  const refuse = (problem: string) => ({ tls: null, problem });
  if (listener.tls.mode === "off") return { tls: null, problem: null };
  const minVersion = listener.tls.minimumVersion;
  const groups: Group[] = [];
  for (const id of listener.tls.certificates) {
    const entry = snapshot.settings.certificates[id];
    const key = snapshot.secret("certificate", id, "privateKey");
    if (entry === undefined || key === null) {
      return refuse(`Certificate ${id} is missing or has no private key.`);
    }
    try {
      const names = namesOf(entry.certificate);
      const kind = createPrivateKey(key).asymmetricKeyType ?? "";
      createSecureContext({ key, cert: entry.certificate, minVersion });
      const group = groups.find(
        (one) => one.names.join() === names.join() && !one.kinds.has(kind),
      ) ?? { names, kinds: new Set<string>(), key: [], cert: [] };
      if (!groups.includes(group)) groups.push(group);
      group.kinds.add(kind);
      group.key.push(key);
      group.cert.push(entry.certificate);
    } catch {
      return refuse(`Certificate ${id} cannot be read, or its private key is another's.`);
    }
  }
  const [first] = groups;
  if (first === undefined) return refuse("TLS is on, but no certificate is chosen.");
  const optionsOf = ({ key, cert }: Group): SecureContextOptions => ({
    key,
    cert,
    minVersion,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION, // a second handshake costs us more than the client
    sessionIdContext: "sluice",
    ...(ticketKeys === null ? {} : { ticketKeys: ticketKeys.current() }),
  });
  const contexts = new Map<string, SecureContext>();
  for (const group of groups) {
    const context = createSecureContext(optionsOf(group));
    for (const name of group.names) if (!contexts.has(name)) contexts.set(name, context);
  }
  const contextFor = (asked: string): SecureContext | null => {
    const name = asked.toLowerCase();
    return contexts.get(name) ?? contexts.get(name.replace(/^[^.]+/, "*")) ?? null;
  };
  return { tls: { fallback: optionsOf(first), contextFor }, problem: null };
};
