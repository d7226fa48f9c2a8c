/**
 * DKIM signatures (RFC 6376) that a content flow asked for, made when the run is
 * over, so that they cover every change. Mail that should be signed and cannot be
 * is not sent unsigned.
 */
import { Readable } from "node:stream";
import { dkimSign } from "mailauth/lib/dkim/sign.js";
import type { Content } from "../scanner/content.ts";
import type { DkimSignature } from "./flow-host.ts";

export type Signed =
  | { readonly kind: "signed"; readonly header: Buffer }
  | { readonly kind: "failed"; readonly why: string };

/** The header section with the signatures before it. */
export const signMessage = async (
  content: Content,
  changed: Buffer | null,
  signatures: readonly DkimSignature[],
): Promise<Signed> => {
  let made = "";
  for (const signature of signatures) {
    const header = signature.discardChanges || changed === null ? content.header : changed;
    const who = {
      signingDomain: signature.domain,
      selector: signature.selector,
      privateKey: signature.privateKey,
    };
    const how = {
      canonicalization: signature.canonicalization,
      ...(signature.algorithm === undefined ? {} : { algorithm: signature.algorithm }),
      ...(signature.headers === null ? {} : { headerList: [...signature.headers] }),
    };
    try {
      const { signatures: fields, errors } = await dkimSign(bytesOf(header, content), {
        // the library signs what stands in signatureData; the same at the top is for its types
        ...who,
        signatureData: [{ ...who, ...how }],
        strict: true,
      });
      if (fields === "") {
        return { kind: "failed", why: errors[0]?.err.message ?? "no signature could be made" };
      }
      made += fields;
    } catch (error) {
      return { kind: "failed", why: error instanceof Error ? error.message : "signing failed" };
    }
  }
  return {
    kind: "signed",
    header: Buffer.concat([Buffer.from(made, "latin1"), changed ?? content.header]),
  };
};

const bytesOf = (header: Buffer, content: Content): Readable =>
  Readable.from(
    (async function* () {
      yield header;
      yield* content.read(content.header.length);
    })(),
  );
