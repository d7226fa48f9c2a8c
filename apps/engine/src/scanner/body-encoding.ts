/** Transfer encodings for bodies that we write (RFC 2045 §6), and texts in their charsets. */
import { encode, wrap } from "nodemailer/lib/qp";

export type EncodedBody = {
  readonly encoding: "7bit" | "quoted-printable" | "base64";
  readonly bytes: Buffer;
};

/** The plainest encoding that every host passes on unchanged. */
export const encodeBody = (body: Buffer, isText: boolean): EncodedBody => {
  if (isText) {
    const text = withLineEnds(body);
    if (isPlain(text)) return { encoding: "7bit", bytes: text };
    // nodemailer breaks lines; a bare "=" or a blank at an end is its concern as well
    return { encoding: "quoted-printable", bytes: Buffer.from(wrap(encode(text)), "latin1") };
  }
  const lines = body.toString("base64").replace(/.{76}(?=.)/g, "$&\r\n");
  return { encoding: "base64", bytes: Buffer.from(lines, "latin1") };
};

/** Text with CRLF at every line's end (RFC 2046 §4.1.1). */
const withLineEnds = (body: Buffer): Buffer =>
  Buffer.from(body.toString("latin1").replace(/\r\n|\r|\n/g, "\r\n"), "latin1");

const isPlain = (text: Buffer): boolean => {
  const lines = text.toString("latin1").split("\r\n");
  return lines.every((line) => line.length <= 900 && /^[\t\x20-\x7e]*$/.test(line));
};

/** A text part as text; null: its charset is not known here. */
export const textIn = (body: Buffer, charset: string): string | null => {
  try {
    return new TextDecoder(charset === "" ? "utf-8" : charset, { ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
};
