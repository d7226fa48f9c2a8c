/**
 * The library's SMTP connection (socket, TLS) with our byte filter in place of its
 * parser, and our own commands, replies and clock.
 *
 * Promises: replies to pipelined commands leave in one write; no wait is endless
 * (`tick` is called each second); a failure of one session ends that session only.
 * If the process dies, the client has no 250 for what was not committed, and tries again.
 */
import type { Socket } from "node:net";
import type { SMTPServer } from "smtp-server";
import { SMTPConnection, type SMTPConnectionOptions } from "smtp-server/lib/smtp-connection.js";
import type { MaybeLater } from "../flows/flow-input.ts";
import { type Answer, answerCommand, type Dialogue, type Exchange } from "./commands.ts";
import { decideConnection } from "./connect.ts";
import { type ContentIntake, openIntake } from "./content-intake.ts";
import { formatReply, replies, replyText, type SessionReply } from "./reply.ts";
import { abandonTransaction, endSession, eventOf, type Session } from "./session.ts";
import { StrictStream } from "./strict-stream.ts";

/** Bytes with CRLF (RFC 5321 §4.5.3.1.4 asks for 512; RFC 4954 §4 for 12,288 while signing in). */
const maximumCommand = 4096;
const maximumSignIn = 12_288;
/** Seconds for a TLS handshake, and for a client to take the replies it has asked for. */
export const handshakeSeconds = 30;
/** Content slower than this, after a minute of patience, is an attack or a dead line. */
const minimumBytesPerSecond = 500;
const patienceSeconds = 60;
const maximumJunk = 100;
/** A client that closes its side so long after its message has given up waiting for the reply. */
const halfClosedSeconds = 5;

export class SmtpConnection extends SMTPConnection implements Dialogue {
  readonly mail: Session;
  exchange: Exchange | null = null;
  signInTries = 0;
  isForwarded = false;
  #errors = 0;
  #junk = 0;
  /** Milliseconds of the monotonic clock; Infinity while we work and the client waits. */
  #deadline = Number.POSITIVE_INFINITY;
  #intake: ContentIntake | null = null;
  #isWorking = false;
  #output = "";
  #isFlushPlanned = false;
  #greeting: NodeJS.Timeout | undefined;
  readonly #onEnd: () => void;
  /** What is known without a word of the client. */
  readonly #direct: Pick<Session, "clientAddress" | "clientPort" | "context">;

  constructor(
    server: SMTPServer,
    socket: Socket,
    options: SMTPConnectionOptions,
    session: Session,
    onEnd: () => void,
  ) {
    super(server, socket, options);
    this.mail = session;
    this.#onEnd = onEnd;
    const { clientAddress, clientPort } = session;
    this.#direct = { clientAddress, clientPort, context: new Map(session.context) };
  }

  override _createParser(): StrictStream {
    const stream = new StrictStream({
      maximumLine: maximumSignIn - 1,
      repairLineEnds: isSet(this._server, "repairLineEnds"),
      refuseLongLines: isSet(this._server, "refuseLongLines"),
      onBadLine: (next) => {
        this.exchange = null; // a sign-in that was under way has failed
        this.reply(this._ready ? replies.badLine : replies.talkedTooSoon);
        next();
      },
      onLineTooLong: () => this.reply(replies.lineFarTooLong),
      onEarlyContent: () => this.reply(replies.earlyContent),
    });
    stream.oncommand = (command, callback) => this._onCommand(command, callback);
    stream.on("error", () => this._socket.destroy());
    stream.on("pipe", (socket) => socket.once("end", () => this.#clientSaidAll()));
    stream.on("finish", () => this.close()); // all of it is answered
    return stream;
  }

  /**
   * The client has closed its side. What it said is answered, so that a message that is
   * taken has its receipt; but one it no longer waits for must not be taken: it will come again.
   */
  #clientSaidAll(): void {
    const waited = this.#intake?.wholeSince() ?? null;
    if (waited === null) return;
    if (this.mail.parts.monotonic() - waited > halfClosedSeconds * 1000) this._socket.destroy();
  }

  get stream(): StrictStream | null {
    return this._parser instanceof StrictStream ? this._parser : null;
  }

  get offersTls(): boolean {
    return this._server.options.hideSTARTTLS !== true && !this.secure;
  }

  get isClosing(): boolean {
    return this._closing || this._closed;
  }

  /** No wait before the greeting unless the listener asks for one. */
  override init(): void {
    this._setListeners(() => {
      const delay = this.mail.listener.greetingDelaySeconds;
      if (delay === 0) this.#greet();
      else this.#greeting = setTimeout(() => this.#greet(), delay * 1000);
    });
  }

  #greet(): void {
    this._ready = true;
    this._sendGreeting();
  }

  override _sendGreeting(): void {
    const protocol = this.mail.listener.protocol === "lmtp" ? "LMTP" : "ESMTP";
    this.reply(replies.greeting(this.name, protocol));
    this.#wait();
  }

  /** Our own absolute deadlines replace the idle timer, which single bytes renew. */
  override _armTimeout(): void {}

  #wait(seconds = this.mail.listener.commandSeconds): void {
    this.#deadline = this.mail.parts.monotonic() + seconds * 1000;
  }

  /** Called each second. */
  tick(now: number): void {
    if (this.isClosing) return;
    if (this.#intake !== null && this.#intake.wholeSince() === null) {
      const seconds = (now - this.#intake.since) / 1000;
      if (seconds > patienceSeconds && this.#intake.bytes() < seconds * minimumBytesPerSecond)
        this.reply(replies.tooSlow);
    } else if (now > this.#deadline) {
      if (this._upgrading || this._socket.writableNeedDrain) this._socket.destroy();
      else this.reply(replies.tooSlow);
    }
  }

  /** Between two messages, and nothing is under way. */
  get isIdle(): boolean {
    return this.mail.transaction === null && this.#intake === null && !this.#isWorking;
  }

  reply(reply: SessionReply): void {
    if (this.isClosing) return;
    this.#output += formatReply(reply);
    if (!this.#isFlushPlanned) {
      this.#isFlushPlanned = true;
      process.nextTick(() => {
        this.#isFlushPlanned = false;
        // a command of the same packet is being worked on: its reply goes along
        if (!this.#isWorking || this.stream?.hasMore !== true) this.flush();
      });
    }
    if (reply.code === 421) {
      const shown = replyText(reply);
      const failure = { stage: "connect", outcome: "failed", reply: shown, trace: null } as const;
      this.mail.failure ??= failure;
      this.mail.isFinished = true;
      this.close();
    } else if (reply.code >= 500 && ++this.#errors >= this.mail.listener.maximumErrors) {
      this.reply(replies.tooManyErrors);
    }
  }

  flush(): void {
    const output = this.#output;
    this.#output = "";
    // while TLS is negotiated nothing may be written in clear
    if (output === "" || this._upgrading || !this._socket.writable) return;
    this._socket.write(output, "utf8");
  }

  /** What the library itself has to say. */
  override send(code: number, data?: string | string[] | null): void {
    const text = Array.isArray(data) ? data.join("\n") : (data ?? "");
    this.reply({ code, status: "", text });
  }

  override close(): void {
    this.flush();
    clearTimeout(this.#greeting);
    super.close();
  }

  override _onCommand(command: Buffer, callback: () => void = () => {}): void {
    if (this._upgrading || !this._ready) {
      if (!this._upgrading) this.reply(replies.talkedTooSoon);
      callback();
      return;
    }
    this.mail.hasSpoken = true;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#isWorking = true;
    const finish = (answer: Answer): void => {
      this.#isWorking = false;
      if (answer !== null) this.reply(answer);
      if (this._upgrading) this.#wait(handshakeSeconds);
      else if (this.#intake === null) this.#wait();
      this._whenWritable(callback);
    };
    const isTooLong =
      command.length > maximumCommand - 2 && this.exchange === null && !isSignIn(command);
    let answer: MaybeLater<Answer>;
    try {
      answer = isTooLong ? replies.lineTooLong : answerCommand(this, command);
    } catch (error) {
      this.#blame(error);
      answer = replies.failed(this.mail.id);
    }
    if (!(answer instanceof Promise)) {
      finish(answer);
      return;
    }
    answer.then(finish, (error: unknown) => {
      this.#blame(error);
      finish(replies.failed(this.mail.id));
    });
  }

  #blame(error: unknown): void {
    this.mail.parts.history.log({
      level: "error",
      component: "session",
      messageId: this.mail.transaction?.messageId ?? this.mail.id,
      text: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }

  countJunk(): Answer {
    return ++this.#junk > maximumJunk ? replies.tooManyCommands : null;
  }

  quit(): void {
    this.mail.isFinished = true;
    this.reply(replies.bye);
    this.flush();
    // everything is said and on its way: many clients are gone by now, and their end need not be waited for
    const isSaid = this._socket.writableLength === 0 && this.stream?.hasMore !== true;
    if (isSaid && !this.secure) this._socket.destroy();
    this.close();
  }

  /** From now on the bytes are content; the reply is 354. */
  receiveContent(): SessionReply {
    const { stream } = this;
    const { transaction } = this.mail;
    if (stream === null || transaction === null) return replies.mailFirst;
    const intake = openIntake(this.mail, transaction, stream, (answers) => {
      this.#intake = null;
      if (answers.some(({ code }) => code < 400)) this.#junk = 0;
      for (const answer of answers) this.reply(answer);
      if (answers.some(({ disconnect }) => disconnect === true)) {
        this.mail.isFinished = true;
        this.close();
        return;
      }
      this.#wait();
      this._whenWritable(() => stream.proceed());
    });
    this.#intake = intake;
    return replies.startContent;
  }

  startTls(): Answer {
    abandonTransaction(this.mail);
    this.reply(replies.startTls);
    this.flush();
    this.upgrade(() => {});
    return null;
  }

  /** TLS is up: what was said before it is forgotten (RFC 3207 §4.2). */
  becameSecure(tls: { protocol: string; cipher: string; keySize: number }): void {
    const { mail } = this;
    mail.tls = tls;
    mail.helo = "";
    mail.isExtended = false;
    mail.signIn = null;
    mail.clientAddress = this.#direct.clientAddress;
    mail.clientPort = this.#direct.clientPort;
    mail.context.clear();
    for (const [key, value] of this.#direct.context) mail.context.set(key, value);
    this.isForwarded = false;
    mail.events.push(eventOf(mail, "tls", { protocol: tls.protocol, cipher: tls.cipher }));
    this.#wait();
  }

  /** A listed proxy has named the client: the IP policy looks at that one, and the session begins anew. */
  beginAgain(): MaybeLater<Answer> {
    this.isForwarded = true;
    const greet = (refusal: readonly string[] | null): Answer => {
      if (refusal === null) {
        this._sendGreeting();
        return null;
      }
      this.mail.isFinished = true;
      this.#output += refusal.map((line) => `${line}\r\n`).join("");
      this.close();
      return null;
    };
    const refusal = decideConnection(this.mail);
    return refusal instanceof Promise ? refusal.then(greet) : greet(refusal);
  }

  override _onClose(): void {
    clearTimeout(this.#greeting);
    const isFirst = !this._closed;
    super._onClose();
    if (!isFirst) return;
    this.#onEnd();
    this.mail.cancel.tell();
    const isInContent = this.#intake !== null && this.#intake.wholeSince() === null;
    if (isInContent) this.#intake?.abandon();
    endSession(this.mail, isInContent ? "data" : "rcpt");
  }

  /** The client is gone, or TLS failed; what was under way ends by itself. */
  override _onError(error: Error): void {
    if (this._upgrading) {
      const reply = `TLS failed: ${error.message}`;
      this.mail.failure ??= { stage: "connect", outcome: "failed", reply, trace: null };
    }
    this.close();
  }
}

const isSignIn = (command: Buffer): boolean =>
  command.toString("latin1", 0, 5).toUpperCase() === "AUTH ";

/** Ours, handed through the library: it makes the parser before the session is known here. */
const isSet = (server: SMTPServer, name: "repairLineEnds" | "refuseLongLines"): boolean =>
  server.options[name as never] === true;
