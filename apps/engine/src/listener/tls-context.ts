/** TLS contexts of a listener: one for each certificate, chosen by the name the client asks for. */
import { X509Certificate } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import type { Listener } from "@sluice/settings";
import type { Snapshot } from "../config/snapshot.ts";

export type ListenerTls = {
  readonly fallback: SecureContextOptions;
  readonly byName: ReadonlyMap<string, SecureContextOptions>;
};

/** DNS names of a certificate (RFC 6125). */
export const namesOf = (certificate: string): readonly string[] => {
  const { subjectAltName = "" } = new X509Certificate(certificate);
  return [...subjectAltName.matchAll(/DNS:([^,\s]+)/g)].map((match) =>
    (match[1] ?? "").toLowerCase(),
  );
};

/** null: no certificate with its key is there, so TLS is not offered; `problem` says why. */
export const listenerTls = (
  snapshot: Snapshot,
  listener: Listener,
): { readonly tls: ListenerTls | null; readonly problem: string | null } => {
  if (listener.tls.mode === "off") return { tls: null, problem: null };
  const byName = new Map<string, SecureContextOptions>();
  let fallback: SecureContextOptions | null = null;
  for (const id of listener.tls.certificates) {
    const entry = snapshot.settings.certificates[id];
    const key = snapshot.secret("certificate", id, "privateKey");
    if (entry === undefined || key === null) {
      return { tls: null, problem: `Certificate ${id} is missing or has no private key.` };
    }
    const context = { key, cert: entry.certificate, minVersion: listener.tls.minimumVersion };
    try {
      for (const name of namesOf(entry.certificate)) byName.set(name, context);
    } catch {
      return { tls: null, problem: `Certificate ${id} cannot be read.` };
    }
    fallback ??= context;
  }
  return fallback === null
    ? { tls: null, problem: "TLS is on, but no certificate is chosen." }
    : { tls: { fallback, byName }, problem: null };
};
