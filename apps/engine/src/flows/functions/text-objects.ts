/** `Iconv` and `X509`: texts of other character sets, and certificates, as objects (`hsl.md` §7.9). */
import { X509Certificate } from "node:crypto";
import {
  defineNativeClass,
  encodeText,
  type FunctionBody,
  type NativeMethod,
  ScriptError,
  type Value,
} from "@sluice/hsl";
import iconv from "iconv-lite";
import { bytesAt, isGiven, textAt } from "../arguments.ts";
import { flowHost } from "../flow-host.ts";
import { listValue, objectId, recordValue, textValue } from "../values.ts";

type Conversion = { readonly to: string; readonly from: string };

/** A character that the target has not, or bytes that the source does not know, have no translation. */
const converted = ({ to, from }: Conversion, bytes: Buffer): Buffer | null => {
  const text = iconv.decode(bytes, from, { stripBOM: false });
  const isWhole = !text.includes("\ufffd") || iconv.encode(text, from).equals(bytes);
  const result = iconv.encode(text, to);
  return isWhole && iconv.decode(result, to, { stripBOM: false }) === text ? result : null;
};

export const iconvClass = defineNativeClass<Conversion>(
  "Iconv",
  new Map<string, NativeMethod<Conversion>>([
    [
      "convert",
      {
        least: 1,
        most: 1,
        run: (conversion, args, run) => {
          const bytes = Buffer.from(bytesAt(args, 0), "latin1");
          run.charge(bytes.length >> 4, bytes.length * 2);
          return converted(conversion, bytes)?.toString("latin1") ?? null;
        },
      },
    ],
  ]),
);

/** `C=SE\nCN=a` as an array; an attribute that comes twice is a list. */
const nameValue = (name: string): Value => {
  const found = new Map<string, string[]>();
  for (const line of name.split("\n")) {
    const at = line.indexOf("=");
    if (at < 0) continue;
    const key = line.slice(0, at);
    found.set(key, [...(found.get(key) ?? []), line.slice(at + 1)]);
  }
  return recordValue(
    Object.fromEntries(
      [...found].map(([key, values]) => [
        encodeText(key),
        values.length === 1 ? textValue(values[0]) : listValue(values),
      ]),
    ),
  );
};

const namesOf = (certificate: X509Certificate): string[] =>
  (certificate.subjectAltName ?? "")
    .split(", ")
    .flatMap((one) => /^DNS:(.+)$/.exec(one)?.[1] ?? []);

export const certificateFacts = (
  certificate: X509Certificate,
): Readonly<Record<string, Value>> => ({
  subject: nameValue(certificate.subject),
  issuer: nameValue(certificate.issuer),
  subject_alt_name: recordValue({ DNS: listValue(namesOf(certificate)) }),
  serial_number: certificate.serialNumber.toLowerCase(),
  not_valid_before: Math.floor(certificate.validFromDate.getTime() / 1000),
  not_valid_after: Math.floor(certificate.validToDate.getTime() / 1000),
});

export const fingerprintOf = (certificate: X509Certificate, hash: string): string => {
  const hashes: Readonly<Record<string, () => string>> = {
    sha1: () => certificate.fingerprint,
    sha256: () => certificate.fingerprint256,
    sha512: () => certificate.fingerprint512,
  };
  const found = Object.hasOwn(hashes, hash) ? hashes[hash] : undefined;
  if (found === undefined)
    throw new ScriptError("wrong-argument", "the hash is sha1, sha256 or sha512");
  return found().replaceAll(":", "").toLowerCase();
};

const fact = (name: string): NativeMethod<X509Certificate> => ({
  least: 0,
  most: 0,
  run: (certificate) => certificateFacts(certificate)[name] ?? null,
});

export const certificateClass = defineNativeClass<X509Certificate>(
  "X509",
  new Map<string, NativeMethod<X509Certificate>>([
    ["subject", fact("subject")],
    ["issuer", fact("issuer")],
    ["subject_alt", fact("subject_alt_name")],
    ["serial_number", fact("serial_number")],
    ["not_valid_before", fact("not_valid_before")],
    ["not_valid_after", fact("not_valid_after")],
    [
      "fingerprint",
      {
        least: 0,
        most: 1,
        run: (certificate, args) =>
          fingerprintOf(certificate, isGiven(args, 0) ? textAt(args, 0) : "sha256"),
      },
    ],
    [
      "public_key",
      {
        least: 0,
        most: 0,
        run: ({ publicKey }) => publicKey.export({ type: "spki", format: "pem" }).toString(),
      },
    ],
    ["export", { least: 0, most: 0, run: (certificate) => certificate.toString() }],
  ]),
);

export const certificateObject = (certificate: X509Certificate): Value =>
  certificateClass.make(certificate);

export const textObjects: Readonly<Record<string, FunctionBody>> = {
  Iconv: (args) => {
    const [to, from] = [textAt(args, 0), textAt(args, 1)];
    for (const charset of [to, from]) {
      if (!iconv.encodingExists(charset) || /^(?:base64|hex|binary)$/i.test(charset)) {
        throw new ScriptError("wrong-argument", `there is no character set ${charset}`);
      }
    }
    return iconvClass.make({ to, from });
  },
  X509: (args, run) => {
    const given = textAt(args, 0);
    const { certificates } = flowHost(run).snapshot.settings;
    const id = objectId("pki", given);
    const pem =
      id !== given && Object.hasOwn(certificates, id)
        ? (certificates[id]?.certificate ?? "")
        : given;
    try {
      return certificateObject(new X509Certificate(pem));
    } catch {
      throw new ScriptError("wrong-argument", "this is no certificate");
    }
  },
};
