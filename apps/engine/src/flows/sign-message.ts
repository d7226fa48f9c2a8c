/**
 * DKIM signatures (RFC 6376) that a flow asked for, made when the run is over, so
 * that they cover every change and exactly the bytes that are sent. Mail that should
 * be signed and cannot be is not sent unsigned.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Content } from "../scanner/content.ts";
import type { DkimSignature } from "./flow-host.ts";
import { loadMailauth } from "./host/libraries.ts";

export type Signed =
  | { readonly kind: "signed"; readonly header: Buffer }
  | { readonly kind: "failed"; readonly why: string };

/** The header section with the signatures before it. */
export const signMessage = async (
  content: Content,
  changed: Buffer | null,
  signatures: readonly DkimSignature[],
  now: Date,
): Promise<Signed> => {
  const header = changed ?? content.header;
  const fields = await signatureFields(
    signatures,
    ({ discardChanges }) => bytesOf(discardChanges ? content.header : header, content),
    now,
  );
  if (fields.kind === "failed") return fields;
  return { kind: "signed", header: Buffer.concat([fields.header, header]) };
};

/** The signatures alone, over bytes that are read once for each pass. */
export const signatureFields = async (
  signatures: readonly DkimSignature[],
  read: (signature: DkimSignature) => Readable,
  now: Date,
): Promise<Signed> => {
  const { DkimSigner, Oversigner } = await loadMailauth();
  let made = "";
  for (const group of passes(signatures)) {
    const [first] = group;
    if (first === undefined) continue;
    try {
      // a list of fields that somebody gave is signed as it is
      const signer = new (first.headers === null ? Oversigner : DkimSigner)({
        // the library signs what stands in signatureData; the same at the top is for its types
        ...whoOf(first),
        signatureData: group.map((one) => ({ ...whoOf(one), ...howOf(one) })),
        signTime: now,
        ...(first.validSeconds === 0
          ? {}
          : { expires: new Date(now.getTime() + first.validSeconds * 1000) }),
        strict: true,
      });
      await pipeline(read(first), signer);
      const [error] = signer.errors;
      if (error !== undefined) return { kind: "failed", why: error.err.message };
      if (signer.signatureHeaders.length === 0)
        return { kind: "failed", why: "no signature could be made" };
      made += signer.signatureHeaders.map((field) => `${field}\r\n`).join("");
    } catch (error) {
      return { kind: "failed", why: error instanceof Error ? error.message : "signing failed" };
    }
  }
  return { kind: "signed", header: Buffer.from(made, "latin1") };
};

const whoOf = ({ domain, selector, privateKey }: DkimSignature) => ({
  signingDomain: domain,
  ...{ selector, privateKey },
});

const howOf = ({ canonicalization, algorithm, headers }: DkimSignature) => ({
  canonicalization,
  ...(algorithm === undefined ? {} : { algorithm }),
  ...(headers === null ? {} : { headerList: [...headers] }),
});

/** Signatures over the same bytes with the same end are made in one reading. */
const passes = (signatures: readonly DkimSignature[]): readonly DkimSignature[][] => [
  ...Map.groupBy(
    signatures,
    ({ discardChanges, validSeconds, headers }) =>
      `${discardChanges} ${validSeconds} ${headers === null}`,
  ).values(),
];

/** A header section with the body of a message. */
export const bytesOf = (header: Buffer, content: Content): Readable =>
  Readable.from(
    (async function* () {
      yield header;
      yield* content.read(content.header.length);
    })(),
  );
