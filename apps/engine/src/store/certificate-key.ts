/**
 * Under which name the private key of a certificate is kept. A key counts as soon as
 * it is stored, a certificate only when it is published: so a new key stands beside
 * the old one, named after the certificate it belongs to, and each revision finds the
 * key that fits. A key that came before its certificate has the plain name.
 */
import { createHash, X509Certificate } from "node:crypto";

export const plainKeyField = "privateKey";

/** The names to look under, the exact one first. */
export const keyFieldsFor = (certificate: string): readonly string[] => {
  try {
    const { publicKey } = new X509Certificate(certificate);
    const spki = publicKey.export({ type: "spki", format: "der" });
    const digest = createHash("sha256").update(spki).digest("hex").slice(0, 32);
    return [`${plainKeyField}/${digest}`, plainKeyField];
  } catch {
    return [plainKeyField];
  }
};

/** The names of a secret field of an object, the exact one first. */
export const secretFields = (kind: string, body: unknown, field: string): readonly string[] =>
  kind === "certificate" && field === plainKeyField && hasCertificate(body)
    ? keyFieldsFor(body.certificate)
    : [field];

const hasCertificate = (body: unknown): body is { certificate: string } =>
  body !== null &&
  typeof body === "object" &&
  "certificate" in body &&
  typeof body.certificate === "string";
