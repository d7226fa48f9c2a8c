/** A stored message with the signatures before it that a delivery flow asked for. */
import { Readable } from "node:stream";
import type { DkimSignature } from "../flows/flow-host.ts";
import { signatureFields } from "../flows/sign-message.ts";

export type OutgoingBody = Buffer | AsyncIterable<Buffer>;

export type SignedBody =
  | { readonly kind: "body"; readonly body: OutgoingBody; readonly addedBytes: number }
  | { readonly kind: "failed"; readonly why: string };

/** `read` gives the bytes anew at each call: once to sign them, once to send them. */
export const signedBody = async (
  read: () => OutgoingBody,
  signatures: readonly DkimSignature[],
  now: Date,
): Promise<SignedBody> => {
  if (signatures.length === 0) return { kind: "body", body: read(), addedBytes: 0 };
  const bytes = () => {
    const body = read();
    return Readable.from(Buffer.isBuffer(body) ? [body] : body);
  };
  const signed = await signatureFields(signatures, bytes, now);
  if (signed.kind === "failed") return signed;
  const { header } = signed;
  const body = read();
  return {
    kind: "body",
    body: Buffer.isBuffer(body) ? Buffer.concat([header, body]) : joined(header, body),
    addedBytes: header.length,
  };
};

const joined = async function* (header: Buffer, body: AsyncIterable<Buffer>) {
  yield header;
  yield* body;
};
