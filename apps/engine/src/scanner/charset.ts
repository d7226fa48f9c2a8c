/** Encoded words (RFC 2047) in every charset that the runtime knows. */

/** `undefined`: this runtime does not know the charset, and the word stays as it is. */
export const decodeCharset = (bytes: string, charset: string): string | undefined => {
  try {
    return new TextDecoder(charset).decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
};
