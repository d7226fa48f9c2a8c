/** A stored message with the signatures before it that a delivery flow asked for. */
import { Readable } from "node:stream";
import type { DkimSignature } from "../flows/flow-host.ts";
import { signatureFields } from "../flows/sign-message.ts";
import type { OutgoingMessage } from "./smtp-message.ts";

type Body = OutgoingMessage["body"];

export type SignedBody =
  | { readonly kind: "body"; readonly body: Body; readonly addedBytes: number }
  | { readonly kind: "failed"; readonly why: string };

/** The bytes are read twice: once to sign them, once to send them. */
export const signedBody = async (
  body: Body,
  signatures: readonly DkimSignature[],
  now: Date,
): Promise<SignedBody> => {
  if (signatures.length === 0) return { kind: "body", body, addedBytes: 0 };
  const bytes = () => Readable.from(Buffer.isBuffer(body) ? [body] : body());
  const signed = await signatureFields(signatures, bytes, now);
  if (signed.kind === "failed") return signed;
  const { header } = signed;
  return {
    kind: "body",
    body: Buffer.isBuffer(body) ? Buffer.concat([header, body]) : () => joined(header, body()),
    addedBytes: header.length,
  };
};

const joined = async function* (header: Buffer, body: AsyncIterable<Buffer>) {
  yield header;
  yield* body;
};
