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

const extraDot = Buffer.from(".");
const crlf = Buffer.from("\r\n");
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
      let from = 0;
      let at = 0;
      const insert = (piece: Buffer): void => {
        if (at > from) pieces.push(chunk.subarray(from, at));
        pieces.push(piece);
        from = at;
      };
      if (endsWithCr && length > 0 && chunk[0] !== lf) {
        pieces.push(onlyLf);
        isLineStart = true;
        endsWithCr = false;
      }
      let nextCr = chunk.indexOf(cr);
      while (at < length) {
        if (isLineStart && chunk[at] === dot) insert(extraDot);
        isLineStart = false;
        const end = chunk.indexOf(lf, at);
        const stop = end < 0 ? length : end;
        // a CR before the last place of the line stands alone
        while (nextCr >= 0 && nextCr < stop - 1) {
          if (nextCr >= at) {
            at = nextCr + 1;
            insert(onlyLf);
            if (chunk[at] === dot) insert(extraDot);
          }
          nextCr = chunk.indexOf(cr, nextCr + 1);
        }
        if (end < 0) {
          endsWithCr = chunk[length - 1] === cr;
          at = length;
          break;
        }
        const hasCr = end === 0 ? endsWithCr : chunk[end - 1] === cr;
        if (!hasCr) {
          at = end;
          insert(crlf.subarray(0, 1));
        }
        endsWithCr = false;
        isLineStart = true;
        at = end + 1;
        while (nextCr >= 0 && nextCr < at) nextCr = chunk.indexOf(cr, at);
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
