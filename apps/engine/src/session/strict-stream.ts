/**
 * The byte filter between socket and SMTP: it stands in for the library's parser,
 * before and after TLS, and takes nothing on trust (security of the dialogue, RFC 5321 §2.3.8, §4.1.1.4).
 *
 * Promises: a command is a line ended by CRLF; only CRLF.CRLF ends DATA, however
 * the bytes are cut; what follows DATA before our 354 is an offence; stray CR, LF
 * and NUL in content are told to the receiver or, CR and LF, repaired to CRLF.
 */
import { SMTPStream } from "smtp-server/lib/smtp-stream.js";

export type Offence = "bare-line-end" | "nul" | "long-line";

/** Takes the content of one message. */
export type ContentReceiver = {
  /** A promise when the client has to wait. */
  readonly write: (chunk: Buffer) => Promise<void> | undefined;
  /** The final dot was read; the stream waits for `proceed`. */
  readonly end: (offence: Offence | null) => void;
};

export type StrictStreamOptions = {
  readonly maximumLine: number;
  readonly repairLineEnds: boolean;
  readonly refuseLongLines?: boolean;
  /** A line that is no command: ended by a bare LF, or with CR or NUL inside. */
  readonly onBadLine: (next: () => void) => void;
  readonly onLineTooLong: () => void;
  /** Bytes after DATA that did not wait for 354. */
  readonly onEarlyContent: () => void;
};

const CR = 13;
const LF = 10;
const DOT = 46;
const CRLF = Buffer.from("\r\n");

/** A CR or LF that stands alone, and the end of a line before a dot. */
const unusual = /\r(?!\n)|(?<!\r)\n|\n\./g;

/** RFC 5321 §4.5.3.1.6, without CRLF. */
const longestLine = 998;

/** Commands handled in one go before other connections get their turn. */
const burst = 100;

type Next = (error?: Error | null) => void;

export class StrictStream extends SMTPStream {
  readonly #options: StrictStreamOptions;
  #rest: Buffer | null = null;
  #receiver: ContentReceiver | null = null;
  #isWaiting = false;
  #atLineStart = true;
  #offence: Offence | null = null;
  /** Bytes of the line of content so far. */
  #lineLength = 0;
  #chunkDone: Next | null = null;
  #chunkLength = 0;
  /** Bytes of this chunk behind the command that is being answered. */
  #ahead = 0;

  constructor(options: StrictStreamOptions) {
    super();
    this.removeAllListeners("finish"); // the library's parser runs a last line without its end; here it is none
    this.#options = options;
  }

  /** More has come in than the command that is being answered. */
  get hasMore(): boolean {
    return this.#ahead > 0 || this.writableLength > this.#chunkLength;
  }

  /** From the next byte on everything is content. */
  startContent(receiver: ContentReceiver): void {
    this.#receiver = receiver;
    this.#atLineStart = true;
    this.#offence = null;
    this.#lineLength = 0;
    this.dataBytes = 0;
    this._dataMode = true;
  }

  /** The message has its reply: commands are read again. */
  proceed(): void {
    this.#receiver = null;
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    const done = this.#chunkDone;
    this.#chunkDone = null;
    if (done === null) return;
    const rest = this.#rest;
    this.#rest = null;
    if (rest === null) done();
    else this.#take(rest, done);
  }

  override _write(chunk: Buffer, _encoding: string, next: Next): void {
    if (this.isClosed) {
      next();
      return;
    }
    this.#chunkLength = chunk.length;
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = null;
    this.#take(bytes, next);
  }

  #take(bytes: Buffer, next: Next): void {
    if (this.isClosed) next();
    else if (this.#receiver !== null) this.#takeContent(bytes, next);
    else this.#takeCommands(bytes, next);
  }

  #takeCommands(bytes: Buffer, next: Next): void {
    let at = 0;
    let taken = 0;
    let isRunning = false;
    let isCalledBack = false;
    const step = (): void => {
      isCalledBack = true;
      if (isRunning) return;
      isRunning = true;
      while (isCalledBack) {
        isCalledBack = false;
        this.#ahead = bytes.length - at;
        if (this.isClosed) {
          this.#ahead = 0;
          next();
          return;
        }
        if (this.#receiver !== null) {
          if (at < bytes.length) this.#options.onEarlyContent();
          next();
          return;
        }
        const feed = bytes.indexOf(LF, at);
        const length = (feed < 0 ? bytes.length : feed) - at;
        if (length > this.#options.maximumLine) {
          this.#options.onLineTooLong();
          next();
          return;
        }
        if (feed < 0) {
          if (at < bytes.length) this.#rest = bytes.subarray(at);
          next();
          return;
        }
        const line = bytes.subarray(at, feed - 1);
        const isWhole = feed > at && bytes[feed - 1] === CR;
        at = feed + 1;
        this.#ahead = bytes.length - at;
        if (++taken % burst === 0) {
          isRunning = false;
          const again = isWhole ? line : null;
          setImmediate(() => this.#dispatch(again, step));
          return;
        }
        this.#dispatch(isWhole ? line : null, step);
      }
      isRunning = false;
    };
    step();
  }

  #dispatch(line: Buffer | null, next: () => void): void {
    if (line === null || line.includes(CR) || line.includes(0)) this.#options.onBadLine(next);
    else this.oncommand(line, next);
  }

  #takeContent(bytes: Buffer, next: Next): void {
    const pieces: Buffer[] = [];
    const end = this.#scan(bytes, pieces);
    const receiver = this.#receiver;
    if (receiver === null) throw new Error("content without a receiver");
    let wait: Promise<void> | undefined;
    if (pieces.length > 0) {
      const piece =
        pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
      if (piece.includes(0)) this.#offence = "nul";
      if (this.#options.refuseLongLines === true) this.#measure(piece);
      this.dataBytes += piece.length;
      wait = receiver.write(piece);
    }
    const finish = (): void => {
      if (end === null) {
        next();
        return;
      }
      this._dataMode = false;
      this.#isWaiting = true;
      this.#chunkDone = next;
      if (end < bytes.length) this.#rest = bytes.subarray(end);
      receiver.end(this.#offence);
    };
    if (wait === undefined) finish();
    else wait.then(finish, (error: Error) => next(error));
  }

  /**
   * Cuts content out of `bytes`, stuffing dots removed. Returns the offset behind
   * the final dot, or null; bytes that cannot be judged yet go to #rest.
   */
  #scan(bytes: Buffer, pieces: Buffer[]): number | null {
    const text = bytes.toString("latin1"); // a pattern finds what is unusual faster than a look at each line
    let from = 0;
    let at = 0;
    const cut = (to: number): void => {
      if (to > from) pieces.push(bytes.subarray(from, to));
    };
    const hold = (start: number): null => {
      cut(start);
      if (start < bytes.length) this.#rest = bytes.subarray(start);
      return null;
    };
    while (at < bytes.length) {
      if (this.#atLineStart && bytes[at] === DOT) {
        if (at + 2 >= bytes.length && (at + 1 >= bytes.length || bytes[at + 1] === CR))
          return hold(at);
        cut(at);
        if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
        from = at + 1; // RFC 5321 §4.5.2: the first dot goes
        at += 1;
      }
      unusual.lastIndex = at;
      const found = unusual.exec(text)?.index ?? bytes.length;
      this.#atLineStart = bytes[found - 1] === (found < bytes.length ? CR : LF) && found > at;
      if (found === bytes.length || (found === bytes.length - 1 && bytes[found] === CR))
        return hold(found);
      if (!this.#atLineStart) {
        this.#found("bare-line-end");
        if (this.#options.repairLineEnds) {
          cut(found);
          pieces.push(CRLF);
          from = found + 1;
        }
      }
      at = found + 1;
    }
    return hold(bytes.length);
  }

  /** RFC 5321 §4.5.3.1.6: of the content, stuffing dots and repairs apart. */
  #measure(content: Buffer): void {
    for (let at = 0; at < content.length; ) {
      const feed = content.indexOf(LF, at);
      this.#lineLength += (feed < 0 ? content.length : feed) - at;
      if (feed < 0) return;
      const isWhole = feed > at && content[feed - 1] === CR;
      if (this.#lineLength - (isWhole ? 1 : 0) > longestLine) this.#offence ??= "long-line";
      this.#lineLength = 0;
      at = feed + 1;
    }
  }

  #found(offence: Offence): void {
    if (this.#options.repairLineEnds && offence === "bare-line-end") return;
    this.#offence ??= offence;
  }
}
