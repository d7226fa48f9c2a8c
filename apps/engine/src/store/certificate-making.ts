/** New keys, with a request for an authority (RFC 2986) or a certificate signed by themselves (RFC 5280). */
import { generateKeyPair, type KeyObject, randomBytes, sign } from "node:crypto";
import { promisify } from "node:util";
import ipaddr from "ipaddr.js";
import { der } from "./der.ts";

export type MadeCertificate = {
  /** PEM; empty while a request waits for its certificate. */
  readonly certificate: string;
  readonly request: string | null;
  readonly privateKey: string;
};

type Keys = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

const newKeys = (): Promise<Keys> => promisify(generateKeyPair)("ec", { namedCurve: "P-256" });

const validDays = 825;

const oid = {
  commonName: "2.5.4.3",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  extensionRequest: "1.2.840.113549.1.9.14",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

const pem = (label: string, bytes: Uint8Array): string => {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
};

const privatePem = ({ privateKey }: Keys): string =>
  privateKey.export({ type: "pkcs8", format: "pem" }).toString();

const publicBytes = ({ publicKey }: Keys): Uint8Array =>
  publicKey.export({ type: "spki", format: "der" });

const signatureAlgorithm = der.sequence(der.oid(oid.ecdsaWithSha256));

const signed = (content: Uint8Array, { privateKey }: Keys): Uint8Array =>
  der.sequence(content, signatureAlgorithm, der.bitString(sign("sha256", content, privateKey)));

/** The upper bound of a common name is 64 characters; the real names stand in the extension. */
const subject = (names: readonly string[]): Uint8Array => {
  const name = names.find(({ length }) => length <= 64);
  if (name === undefined) return der.sequence();
  return der.sequence(der.set(der.sequence(der.oid(oid.commonName), der.utf8(name))));
};

const extension = (id: string, value: Uint8Array, critical = false): Uint8Array =>
  der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));

const alternativeNames = (names: readonly string[]): Uint8Array => {
  const general = names.map((name) =>
    ipaddr.isValid(name)
      ? der.context(7, Uint8Array.from(ipaddr.parse(name).toByteArray()))
      : der.context(2, Buffer.from(name, "ascii")),
  );
  return extension(
    oid.subjectAltName,
    der.sequence(...general),
    names.every(({ length }) => length > 64),
  );
};

/** `names` are host names in A-labels and addresses; the first stands in the subject as well. */
export const makeSelfSigned = async (
  names: readonly string[],
  now: Date,
): Promise<MadeCertificate> => {
  const keys = await newKeys();
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive, and of full length
  const until = new Date(now.getTime() + validDays * 86_400_000);
  const content = der.sequence(
    der.explicit(0, der.integer(Uint8Array.of(2))), // version 3
    der.integer(serial),
    signatureAlgorithm,
    subject(names),
    der.sequence(der.time(new Date(now.getTime() - 3_600_000)), der.time(until)),
    subject(names),
    publicBytes(keys),
    der.explicit(
      3,
      der.sequence(
        extension(oid.basicConstraints, der.sequence(), true), // no authority
        extension(oid.keyUsage, der.bitString(Uint8Array.of(0x80), 7), true), // digitalSignature
        extension(
          oid.extendedKeyUsage,
          der.sequence(der.oid(oid.serverAuth), der.oid(oid.clientAuth)),
        ),
        alternativeNames(names),
      ),
    ),
  );
  const certificate = pem("CERTIFICATE", signed(content, keys));
  return { certificate, request: null, privateKey: privatePem(keys) };
};

export const makeRequest = async (names: readonly string[]): Promise<MadeCertificate> => {
  const keys = await newKeys();
  const wanted = der.sequence(
    der.oid(oid.extensionRequest),
    der.set(der.sequence(alternativeNames(names))),
  );
  const content = der.sequence(
    der.integer(Uint8Array.of(0)),
    subject(names),
    publicBytes(keys),
    der.constructedContext(0, wanted),
  );
  const request = pem("CERTIFICATE REQUEST", signed(content, keys));
  return { certificate: "", request, privateKey: privatePem(keys) };
};
