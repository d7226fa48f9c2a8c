/** What a PEM file says of itself. */
import { createPrivateKey, X509Certificate } from "node:crypto";

export type CertificateFacts = {
  readonly subject: string;
  readonly issuer: string;
  /** Names it stands for (subjectAltName). */
  readonly names: readonly string[];
  readonly validFrom: string;
  readonly validTo: string;
  readonly sha256: string;
  readonly serial: string;
  /** "RSA, 2048 bits", "EC, prime256v1", "ed25519". */
  readonly keyType: string;
  readonly selfSigned: boolean;
};

const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** The chain in its order; null: there is none, or one of it cannot be read. */
export const readCertificates = (pem: string): readonly CertificateFacts[] | null => {
  const found = pem.match(block) ?? [];
  if (found.length === 0) return null;
  try {
    return found.map((text) => {
      const certificate = new X509Certificate(text);
      return {
        subject: certificate.subject.replaceAll("\n", ", "),
        issuer: certificate.issuer.replaceAll("\n", ", "),
        names: (certificate.subjectAltName ?? "")
          .split(", ")
          .filter((name) => name !== "")
          .map((name) => name.replace(/^(?:DNS|IP Address):/, "")),
        validFrom: certificate.validFromDate.toISOString(),
        validTo: certificate.validToDate.toISOString(),
        sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
        serial: certificate.serialNumber.toLowerCase(),
        keyType: keyTypeOf(certificate),
        selfSigned:
          certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey),
      };
    });
  } catch {
    return null;
  }
};

const keyTypeOf = ({ publicKey }: X509Certificate): string => {
  const { asymmetricKeyType = "unknown", asymmetricKeyDetails: details } = publicKey;
  if (details?.modulusLength !== undefined) return `RSA, ${details.modulusLength} bits`;
  if (details?.namedCurve !== undefined) return `EC, ${details.namedCurve}`;
  return asymmetricKeyType;
};

/** Does this key belong to the first certificate? null: one of them cannot be read. */
export const keyFits = (pem: string, privateKey: string): boolean | null => {
  try {
    const [first = ""] = pem.match(block) ?? [];
    return new X509Certificate(first).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return null;
  }
};
