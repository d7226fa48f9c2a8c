/**
 * The bytes of a message as they go over the wire: a dot before each line that
 * begins with one (RFC 5321 §4.5.2), CRLF and nothing else between lines, the final
 * dot after it. One pass; bytes that need no change are not copied.
 */
const cr = 13;
const lf = 10;
const dot = 46;

export type DotStuffer = {
  /** Pieces to write, in order. */
  readonly push: (chunk: Buffer) => Buffer[];
  /** What closes the message. */
  readonly end: () => Buffer;
};

/** A CR or LF that stands alone, and the end of a line before a dot. */
const unusual = /\r(?!\n)|(?<!\r)\n|\n\./g;

const extraDot = Buffer.from(".");
const onlyCr = Buffer.from("\r");
const onlyLf = Buffer.from("\n");
const finalDot = Buffer.from(".\r\n");
const lineAndFinalDot = Buffer.from("\r\n.\r\n");

export const createDotStuffer = (): DotStuffer => {
  let isLineStart = true;
  /** The chunk before ended with CR; its LF may come. */
  let endsWithCr = false;

  return {
    push: (chunk) => {
      const pieces: Buffer[] = [];
      const { length } = chunk;
      const text = chunk.toString("latin1"); // a pattern finds what is unusual faster than a look at each line
      let from = 0;
      let at = 0;
      const insert = (piece: Buffer): void => {
        if (at > from) pieces.push(chunk.subarray(from, at));
        pieces.push(piece);
        from = at;
      };
      if (endsWithCr && length > 0) {
        if (chunk[0] === lf) at = 1;
        else pieces.push(onlyLf);
        isLineStart = true;
        endsWithCr = false;
      }
      while (at < length) {
        if (isLineStart && chunk[at] === dot) insert(extraDot);
        unusual.lastIndex = at;
        const found = unusual.exec(text)?.index ?? length;
        const isAlone = chunk[found] === cr;
        if (found === length || (isAlone && found === length - 1)) {
          endsWithCr = isAlone;
          isLineStart = chunk[length - 1] === lf;
          break;
        }
        at = found;
        if (isAlone) {
          at += 1;
          insert(onlyLf);
        } else {
          if (chunk[found - 1] !== cr) insert(onlyCr);
          at += 1;
        }
        isLineStart = true;
      }
      if (from < length) pieces.push(chunk.subarray(from));
      return pieces;
    },
    end: () => {
      if (endsWithCr) return Buffer.concat([onlyLf, finalDot]);
      return isLineStart ? finalDot : lineAndFinalDot;
    },
  };
};
