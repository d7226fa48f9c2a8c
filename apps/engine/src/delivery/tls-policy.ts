/**
 * Whether a connection must be encrypted, and whose certificate will do.
 *
 * `optional` takes what it gets and never fails for it. `optional-verify` talks in
 * the clear to a server without TLS, but a certificate that is offered must be
 * right. `require` and `require-verify` never fall back. DANE and MTA-STS decide
 * for each host (dane.ts, mta-sts.ts).
 */
import { createHash, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import {
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import type { Transport } from "@sluice/settings";
import type { TlsFailure } from "./connect-error.ts";

export type TlsMode = Exclude<Transport["tls"]["mode"], "dane" | "mta-sts">;

export type TlsaRecord = {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly certificate: Buffer;
};

export type Verification =
  /** A chain to a known root, or to one that was chosen; `pinned` also takes exactly that certificate. */
  | { readonly kind: "name"; readonly names: readonly string[]; readonly pinned: string | null }
  | {
      readonly kind: "dane";
      readonly names: readonly string[];
      readonly records: readonly TlsaRecord[];
    };

export type TlsPolicy = {
  readonly use: "never" | "try" | "must";
  /** null: any certificate will do. */
  readonly verify: Verification | null;
  /** Looked at and told, but no reason not to deliver (RFC 8461 §5, testing); `refused`: the policy does not name this host. */
  readonly watch?: Verification | "refused" | undefined;
};

/** What a mode asks of a host with this name. */
export const tlsPolicyOf = (mode: TlsMode, name: string, pinned: string | null): TlsPolicy => {
  const verify: Verification = { kind: "name", names: [name], pinned };
  switch (mode) {
    case "none":
      return { use: "never", verify: null };
    case "optional":
      return { use: "try", verify: null };
    case "optional-verify":
      return { use: "try", verify };
    case "require":
      return { use: "must", verify: pinned === null ? null : verify };
    case "require-verify":
      return { use: "must", verify };
    default:
      return mode satisfies never;
  }
};

export type ClientCertificate = { readonly certificate: string; readonly privateKey: string };

const contexts = new Map<string, SecureContext>();

/** One context for each set of trusted roots and own certificate: making one reads all of them. */
export const secureContextOf = (
  { verify }: TlsPolicy,
  own: ClientCertificate | null,
): SecureContext => {
  const pinned = verify?.kind === "name" ? (verify.pinned ?? "") : "";
  const key = own === null ? pinned : `${pinned}\n${own.certificate}\n${own.privateKey}`;
  const known = contexts.get(key);
  if (known !== undefined) return known;
  if (contexts.size > 100) contexts.clear();
  const context = createSecureContext({
    minVersion: "TLSv1.2",
    ...(pinned === "" ? {} : { ca: [...rootCertificates, pinned] }),
    ...(own === null ? {} : { cert: own.certificate, key: own.privateKey }),
  });
  contexts.set(key, context);
  return context;
};

export type PeerProblem = { readonly kind: TlsFailure; readonly text: string };

/** null: the peer is who it should be; else what is wrong. */
export const verifyPeer = (socket: TLSSocket, verify: Verification): PeerProblem | null => {
  const { raw } = socket.getPeerCertificate();
  if (raw === undefined)
    return { kind: "validation-failure", text: "the server sent no certificate" };
  const leaf = new X509Certificate(raw);
  if (verify.kind === "dane") return verifyDane(socket, leaf, verify);
  if (verify.pinned !== null && isPinned(leaf, verify.pinned)) return null;
  const reason = String(socket.authorizationError ?? "unknown reason");
  // a trusted chain for another name is what we say ourselves, below
  if (!socket.authorized && reason !== "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      kind: reason === "CERT_HAS_EXPIRED" ? "certificate-expired" : "certificate-not-trusted",
      text: `the certificate is not trusted (${reason})`,
    };
  }
  return nameProblem(leaf, verify.names);
};

const isPinned = (leaf: X509Certificate, pinned: string): boolean =>
  (pinned.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).some((pem) =>
    new X509Certificate(pem).raw.equals(leaf.raw),
  );

const nameProblem = (leaf: X509Certificate, names: readonly string[]): PeerProblem | null =>
  names.some((name) =>
    isIP(name) === 0 ? leaf.checkHost(name) !== undefined : leaf.checkIP(name) !== undefined,
  )
    ? null
    : {
        kind: "certificate-host-mismatch",
        text: `the certificate is not for ${names.join(" or ")}`,
      };

/** RFC 7672 §3.1: usages DANE-TA(2) and DANE-EE(3) only. */
export const isUsableTlsa = ({ usage, selector, matchingType }: TlsaRecord): boolean =>
  (usage === 2 || usage === 3) && selector <= 1 && matchingType <= 2;

const matches = (certificate: X509Certificate, record: TlsaRecord): boolean => {
  const bytes =
    record.selector === 0
      ? certificate.raw
      : certificate.publicKey.export({ type: "spki", format: "der" });
  const digest =
    record.matchingType === 0
      ? bytes
      : createHash(record.matchingType === 1 ? "sha256" : "sha512")
          .update(bytes)
          .digest();
  return digest.equals(record.certificate);
};

const verifyDane = (
  socket: TLSSocket,
  leaf: X509Certificate,
  { names, records }: Extract<Verification, { kind: "dane" }>,
): PeerProblem | null => {
  // RFC 7672 §3.1.1: for DANE-EE neither name nor dates count
  if (records.some((record) => record.usage === 3 && matches(leaf, record))) return null;
  const anchors = records.filter((record) => record.usage === 2);
  const wrong = (text: string): PeerProblem => ({ kind: "validation-failure", text });
  if (anchors.length === 0) return wrong("the certificate does not match the TLSA records (DANE)");
  const now = Date.now();
  let certificate = leaf;
  for (const issuer of chainOf(socket)) {
    if (Date.parse(certificate.validTo) < now || Date.parse(certificate.validFrom) > now) {
      const text = "a certificate of the chain is out of date (DANE)";
      return { kind: "certificate-expired", text };
    }
    if (certificate !== leaf && anchors.some((record) => matches(certificate, record))) break;
    if (!certificate.verify(issuer.publicKey)) {
      return wrong("the chain of certificates is broken (DANE)");
    }
    certificate = issuer;
  }
  return anchors.some((record) => matches(certificate, record))
    ? nameProblem(leaf, names)
    : wrong("no certificate of the chain matches the TLSA records (DANE)");
};

/** Issuers as the server sent them, nearest first. */
const chainOf = (socket: TLSSocket): X509Certificate[] => {
  const chain: X509Certificate[] = [];
  let certificate = socket.getPeerCertificate(true);
  for (let depth = 0; depth < 10; depth++) {
    const { issuerCertificate } = certificate;
    if (issuerCertificate?.raw === undefined || issuerCertificate.raw.equals(certificate.raw))
      break;
    chain.push(new X509Certificate(issuerCertificate.raw));
    certificate = issuerCertificate;
  }
  return chain;
};
