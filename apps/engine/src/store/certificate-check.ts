/** Reads what somebody pastes or uploads as a certificate, puts its chain in order, and names what is wrong. Pure. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

export type CheckedCertificate =
  | {
      readonly kind: "good";
      /** PEM: the certificate, then each issuer of the one before. */
      readonly certificate: string;
      /** PKCS #8 in PEM; null: none was given. */
      readonly privateKey: string | null;
      /** What an administrator should know although it can be used. */
      readonly notes: readonly string[];
    }
  | {
      readonly kind: "wrong";
      readonly field: "certificate" | "privateKey";
      readonly why: string;
    };

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const keyBlock = /-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----[\s\S]*?-----END \1-----/;

const wrong = (field: "certificate" | "privateKey", why: string) =>
  ({ kind: "wrong", field, why }) as const;

/** `certificateText` may hold the key too; `keyText` is "" when none stands apart. */
export const checkCertificate = (
  certificateText: string,
  keyText: string,
  now: Date,
): CheckedCertificate => {
  const read = readChain(certificateText);
  if (typeof read === "string") return wrong("certificate", read);
  const key = readKey(keyText.trim() === "" ? certificateText : keyText, keyText.trim() !== "");
  if (typeof key === "string") return wrong("privateKey", key);
  const leaf =
    key === null
      ? (read.find((one) => !read.some((other) => other !== one && other.checkIssued(one))) ??
        read[0])
      : read.find((one) => one.checkPrivateKey(key));
  if (leaf === undefined) {
    const whose = read.map(nameOf).join(", ");
    return wrong("privateKey", `The private key belongs to another certificate than ${whose}.`);
  }
  const chain = chainOf(leaf, read);
  return {
    kind: "good",
    certificate: chain.map((one) => one.toString()).join(""),
    privateKey: key?.export({ type: "pkcs8", format: "pem" }).toString() ?? null,
    notes: notesOn(chain, read, now),
  };
};

const readChain = (text: string): X509Certificate[] | string => {
  const found = text.match(certificateBlock) ?? [];
  if (found.length === 0) return whatElse(text);
  const certificates: X509Certificate[] = [];
  for (const [index, block] of found.entries()) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return found.length === 1
        ? "The certificate is damaged: a line is missing or was changed."
        : `Certificate ${index + 1} of ${found.length} is damaged: a line is missing or was changed.`;
    }
  }
  return certificates;
};

const whatElse = (text: string): string => {
  if (text.trim() === "") return "There is no certificate.";
  if (/BEGIN (?:NEW )?CERTIFICATE REQUEST/.test(text)) {
    return "This is a request for a certificate; what the authority sends back is needed.";
  }
  if (/BEGIN (?:PKCS7|CMS)/.test(text)) {
    return "This is a PKCS #7 file. Take the PEM form: openssl pkcs7 -print_certs.";
  }
  if (/PRIVATE KEY/.test(text)) return "This is a private key without its certificate.";
  if (/BEGIN CERTIFICATE/.test(text)) {
    return "The certificate is cut off: its END CERTIFICATE line is missing.";
  }
  return "This is no certificate in PEM: one begins with BEGIN CERTIFICATE.";
};

/** null: there is none; a text: what is wrong with it. */
const readKey = (text: string, isNeeded: boolean): KeyObject | null | string => {
  const [block = "", kind = ""] = keyBlock.exec(text) ?? [];
  if (block === "") {
    if (!isNeeded) return null;
    return /BEGIN PUBLIC KEY/.test(text)
      ? "This is the public key; the private one is needed."
      : "This is no private key in PEM: one begins with BEGIN PRIVATE KEY.";
  }
  if (kind.startsWith("ENCRYPTED") || /ENCRYPTED/.test(block)) {
    return "The private key is protected by a password. Take that away first: openssl pkey.";
  }
  try {
    return createPrivateKey(block);
  } catch {
    return "The private key is damaged: a line is missing or was changed.";
  }
};

const chainOf = (leaf: X509Certificate, all: readonly X509Certificate[]): X509Certificate[] => {
  const chain = [leaf];
  for (;;) {
    const last = chain.at(-1) ?? leaf;
    const issuer = all.find((one) => !chain.includes(one) && last.checkIssued(one));
    if (issuer === undefined) return chain;
    chain.push(issuer);
  }
};

const notesOn = (
  chain: readonly X509Certificate[],
  all: readonly X509Certificate[],
  now: Date,
): string[] => {
  const notes: string[] = [];
  const [leaf] = chain;
  const last = chain.at(-1);
  if (leaf === undefined || last === undefined) return notes;
  for (const one of chain) {
    if (one.validToDate < now) notes.push(`${nameOf(one)} has expired on ${dayOf(one)}.`);
    if (one.validFromDate > now) {
      notes.push(`${nameOf(one)} is not valid before ${one.validFromDate.toISOString()}.`);
    }
  }
  const isSelfSigned = last.subject === last.issuer && last.verify(last.publicKey);
  if (chain.length === 1 && !isSelfSigned) {
    notes.push(
      `Its issuer (${oneLine(leaf.issuer)}) is not in the chain: whoever verifies will not trust it. Add the intermediate certificate.`,
    );
  }
  if (chain.length === 1 && isSelfSigned) {
    notes.push("It is signed by itself: it encrypts, but nobody can verify it.");
  }
  if (all.length > chain.length) {
    notes.push(
      `${all.length - chain.length} of the certificates do not belong to its chain and are left out.`,
    );
  }
  if (all.some((one, index) => one !== chain[index]) && all.length === chain.length) {
    notes.push("The chain was put in order.");
  }
  if (leaf.ca && !isSelfSigned) notes.push("It is the certificate of an authority, not of a host.");
  const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey;
  if (asymmetricKeyType === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    notes.push(`Its RSA key has ${asymmetricKeyDetails?.modulusLength} bits only.`);
  }
  return notes;
};

const oneLine = (name: string): string => name.replaceAll("\n", ", ");
const nameOf = ({ subject }: X509Certificate): string => oneLine(subject) || "the certificate";
const dayOf = ({ validToDate }: X509Certificate): string => validToDate.toISOString().slice(0, 10);
