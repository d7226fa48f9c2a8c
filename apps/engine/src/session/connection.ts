/**
 * The library's SMTP connection with our byte filter in place of its parser, our
 * addresses, our replies, our clock. Each verb's work is in the verb's own file.
 *
 * Promises: replies to pipelined commands leave in one write; no wait is endless
 * (`tick` is called each second); a failure of one session ends that session only.
 */

import type { Socket } from "node:net";
import { includesAddress, parseAddress, parseNetwork } from "@sluice/hsl";
import { decodeXtext, formatMailbox, parsePath } from "@sluice/mail-syntax";
import type { SMTPServer } from "smtp-server";
import { SMTPConnection, type SMTPConnectionOptions } from "smtp-server/lib/smtp-connection.js";
import { type Offence, StrictStream } from "../listener/strict-stream.ts";
import { signIn } from "./auth.ts";
import { receiveMessage } from "./data.ts";
import { beginTransaction } from "./mail.ts";
import { takeRecipient } from "./rcpt.ts";
import { replies, replyText, type SessionReply } from "./reply.ts";
import {
  abandonTransaction,
  endSession,
  eventOf,
  type Session,
  type TakenRecipient,
} from "./session.ts";

const maximumCommandLine = 12 * 1024;
const maximumJunk = 100;
/** Content slower than this, after a minute of patience, is an attack or a dead line. */
const minimumBytesPerSecond = 500;
const patienceSeconds = 60;

type ParsedAddress = {
  address: string;
  args: Record<string, string | true> | false;
  duplicate?: string;
};

export class SmtpConnection extends SMTPConnection {
  readonly mail: Session;
  #errors = 0;
  #junk = 0;
  #signInTries = 0;
  /** Milliseconds of the monotonic clock; Infinity while we work and the client waits. */
  #deadline = Number.POSITIVE_INFINITY;
  #contentSince: number | null = null;
  #isCorked = false;
  #greeting: NodeJS.Timeout | undefined;

  constructor(
    server: SMTPServer,
    socket: Socket,
    options: SMTPConnectionOptions,
    session: Session,
  ) {
    super(server, socket, options);
    this.mail = session;
    this._maxAllowedUnauthenticatedCommands = false;
  }

  override _createParser(): StrictStream {
    const stream = new StrictStream({
      maximumLine: maximumCommandLine,
      repairLineEnds: this._server.options["repairLineEnds" as never] === true,
      onBadLine: (next) => {
        if (!this._ready) this.reply(replies.talkedTooSoon);
        else this.reply(replies.badLine);
        next();
      },
      onLineTooLong: () => this.reply(replies.lineTooLong),
      onEarlyContent: () => this.reply(replies.earlyContent),
    });
    stream.oncommand = (command, callback) => this._onCommand(command, callback);
    stream.on("error", () => this._socket.destroy());
    return stream;
  }

  get stream(): StrictStream | null {
    return this._parser instanceof StrictStream ? this._parser : null;
  }

  /** No wait before the greeting unless the listener asks for one. */
  override init(): void {
    this._setListeners(() => {
      const delay = this.mail.listener.greetingDelaySeconds;
      if (delay === 0) this.connectionReady();
      else this.#greeting = setTimeout(() => this.connectionReady(), delay * 1000);
    });
  }

  override _sendGreeting(): void {
    super._sendGreeting();
    this.#wait();
  }

  /** Our own absolute deadlines replace the idle timer, which single bytes renew. */
  override _armTimeout(): void {}

  #wait(): void {
    this.#deadline = performance.now() + this.mail.listener.commandSeconds * 1000;
  }

  /** Called each second. */
  tick(now: number): void {
    if (this._closing) return;
    if (this.#contentSince !== null) {
      const seconds = (now - this.#contentSince) / 1000;
      const bytes = this.stream?.dataBytes ?? 0;
      if (seconds > patienceSeconds && bytes < seconds * minimumBytesPerSecond) this.#giveUp();
    } else if (now > this.#deadline) this.#giveUp();
  }

  #giveUp(): void {
    this.mail.failure ??= { stage: "connect", reply: replyText(replies.tooSlow), trace: null };
    this.reply(replies.tooSlow);
  }

  reply({ code, status, text }: SessionReply): void {
    this.send(code, `${status} ${text}`);
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      const socket = this._socket;
      socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        socket.uncork();
      });
    }
    super.send(code, ...ownStatus(code, data, context));
    if (code >= 500 && !this._closing && ++this.#errors >= this.mail.listener.maximumErrors) {
      this.#errors = Number.NEGATIVE_INFINITY;
      this.reply(replies.tooManyErrors);
    }
  }

  override close(): void {
    if (this.#isCorked) this._socket.uncork();
    clearTimeout(this.#greeting);
    super.close();
  }

  override _onCommand(command: Buffer, callback?: () => void): void {
    this.#deadline = Number.POSITIVE_INFINITY;
    super._onCommand(command, () => {
      this.#wait();
      callback?.();
    });
  }

  override _onClose(): void {
    clearTimeout(this.#greeting);
    this.#deadline = Number.POSITIVE_INFINITY;
    const isFirst = !this._closed;
    super._onClose();
    if (!isFirst) return;
    this.mail.cancel.abort();
    endSession(this.mail);
  }

  override _onError(): void {
    this.close(); // the client is gone; what was under way ends by itself
  }

  override _isDisabled(command: string): boolean {
    if (command === "STARTTLS") return this._server.options.hideSTARTTLS === true;
    if (command === "AUTH") return this.mail.listener.authenticationFlow === undefined;
    return super._isDisabled(command);
  }

  override _proxyCommandAllowed(command: string, option: "useXClient" | "useXForward"): boolean {
    if (option !== "useXClient" || this._xClient.has("ADDR")) return false;
    return (
      isListed(this.mail.listener.xclientPeers, this._originalRemoteAddress) &&
      this._isSupported(command)
    );
  }

  /** Addresses by the standard's grammar, the local part opaque. */
  override _parseAddressCommand(rawName: string, raw: Buffer | string): ParsedAddress | false {
    const command = raw.toString();
    const colon = command.indexOf(":");
    if (colon < 0 || command.slice(0, colon).trim().toUpperCase() !== rawName.toUpperCase())
      return false;
    if (command.includes("\ufffd")) return false; // was no UTF-8
    const kind = rawName.toUpperCase() === "RCPT TO" ? "forward" : "reverse";
    const parsed = parsePath(command.slice(colon + 1), { kind });
    if (parsed === null || parsed.hasSourceRoute) return false;
    let args: Record<string, string | true> | false = false;
    for (const [key, value] of parsed.parameters) {
      if (args === false) args = Object.create(null) as Record<string, string | true>; // keys come from the client
      const decoded = value === null ? true : decodeXtext(value);
      if (decoded === null || (decoded !== true && /\p{Cc}/u.test(decoded))) return false;
      args[key] = decoded;
    }
    return { address: parsed.mailbox === null ? "" : formatMailbox(parsed.mailbox), args };
  }

  override handler_EHLO(command: Buffer, callback: () => void): void {
    const words = command.toString().trim().split(/\s+/);
    const { listener } = this.mail;
    const name = words[1] ?? "";
    if (words.length !== 2 || name.length > 255 || /[^!-~\u0080-\uffff]/.test(name)) {
      this.send(501, `5.5.4 ${words[0]?.toUpperCase() ?? "EHLO"} wants one host name`, false);
      callback();
      return;
    }
    this.#greet(name);
    const features = ["PIPELINING", `SIZE ${listener.maximumMessageBytes}`, "8BITMIME", "SMTPUTF8"];
    features.push("ENHANCEDSTATUSCODES", "DSN", `LIMITS RCPTMAX=${listener.maximumRecipients}`);
    if (!this.secure && this._isSupported("STARTTLS")) features.push("STARTTLS");
    if (this.secure) features.push("REQUIRETLS");
    if (this.#offersSignIn()) features.push("AUTH PLAIN LOGIN");
    if (this._proxyCommandAllowed("XCLIENT", "useXClient")) {
      features.push("XCLIENT NAME ADDR PORT PROTO HELO LOGIN");
    }
    this.send(250, [`${this.name} greets ${name}`, ...features], false);
    callback();
  }

  override handler_HELO(command: Buffer, callback: () => void): void {
    const words = command.toString().trim().split(/\s+/);
    const name = words[1] ?? "";
    if (words.length !== 2 || name.length > 255 || /[^!-~\u0080-\uffff]/.test(name)) {
      this.send(501, "5.5.4 HELO wants one host name", false);
    } else {
      this.#greet(name);
      this.send(250, `${this.name} greets ${name}`, false);
    }
    callback();
  }

  #greet(name: string): void {
    this.hostNameAppearsAs = name.toLowerCase();
    this.mail.helo = name;
    this.mail.clientAddress = this.remoteAddress; // XCLIENT may have named another
    this.mail.clientPort = this.remotePort;
    abandonTransaction(this.mail);
    this._resetSession();
  }

  #offersSignIn(): boolean {
    const { listener, signIn: user } = this.mail;
    return (
      this._isSupported("AUTH") &&
      user === null &&
      (this.secure || !listener.authenticationNeedsTls)
    );
  }

  override handler_AUTH(command: Buffer, callback: () => void): void {
    if (!this.secure && this.mail.listener.authenticationNeedsTls) {
      this.send(538, "5.7.11 Encryption is needed for this, begin with STARTTLS", false);
      callback();
    } else if (this.mail.transaction !== null) {
      this.send(503, "5.5.1 A transaction is under way", false);
      callback();
    } else super.handler_AUTH(command, callback);
  }

  /** Called by the server's onAuth. */
  async authenticate(
    userName: string,
    password: string,
    mechanism: string,
  ): Promise<SessionReply | string> {
    const result = await signIn(this.mail, { userName, password, mechanism });
    if (result.kind === "accepted") return result.userName;
    if (++this.#signInTries >= 5) return replies.tooManySignIns;
    return result.reply;
  }

  override upgrade(callback: () => void, secureCallback?: () => void): void {
    abandonTransaction(this.mail);
    super.upgrade(callback, secureCallback);
  }

  /** TLS is up: what was said before it is forgotten (RFC 3207 §4.2). */
  becameSecure(tls: { protocol: string; cipher: string; keySize: number }): void {
    const { mail } = this;
    mail.tls = tls;
    mail.helo = "";
    mail.signIn = null;
    mail.events.push(eventOf(mail, "tls", { protocol: tls.protocol, cipher: tls.cipher }));
    this.#wait();
  }

  override handler_MAIL(command: Buffer, callback: () => void): void {
    const { transaction } = this.mail;
    if (transaction !== null && this.session.envelope.mailFrom === false)
      abandonTransaction(this.mail);
    this.#junk = 0;
    super.handler_MAIL(command, callback);
  }

  /** Called by the server's onMailFrom, parameters checked. */
  begin(address: ParsedAddress): SessionReply | null {
    const { envelope } = this.session;
    const { dsn } = envelope;
    const unknown = Object.keys(address.args || {}).find((key) => !mailParameters.has(key));
    if (unknown !== undefined)
      return { code: 555, status: "5.5.4", text: `Unknown parameter ${unknown}` };
    return beginTransaction(this.mail, {
      sender: address.address,
      parameters: textParameters(address.args),
      smtpUtf8: envelope.smtpUtf8 === true,
      eightBit: envelope.bodyType === "8bitmime",
      requireTls: envelope.requireTLS === true,
      ret: dsn?.ret === "FULL" || dsn?.ret === "HDRS" ? dsn.ret : null,
      envid: dsn?.envid ?? null,
    });
  }

  /** Called by the server's onRcptTo. */
  async take(
    address: ParsedAddress & { dsn?: { notify?: string[]; orcpt?: string } },
  ): Promise<SessionReply | null> {
    const { transaction, listener } = this.mail;
    if (transaction === null) return { code: 503, status: "5.5.1", text: "MAIL comes first" };
    if (transaction.recipients.length >= listener.maximumRecipients)
      return replies.tooManyRecipients;
    const unknown = Object.keys(address.args || {}).find((key) => !rcptParameters.has(key));
    if (unknown !== undefined)
      return { code: 555, status: "5.5.4", text: `Unknown parameter ${unknown}` };
    return takeRecipient(this.mail, transaction, {
      address: address.address,
      parameters: textParameters(address.args),
      notify: (address.dsn?.notify as TakenRecipient["notify"] | undefined) ?? null, // the library has checked the words
      orcpt: address.dsn?.orcpt ?? null,
    });
  }

  override handler_RSET(_command: Buffer, callback: () => void): void {
    abandonTransaction(this.mail);
    this._resetSession();
    this.#countJunk();
    this.send(250, "2.0.0 OK", false);
    callback();
  }

  override handler_NOOP(_command: Buffer, callback: () => void): void {
    this.#countJunk();
    this.send(250, "2.0.0 OK", false);
    callback();
  }

  override handler_HELP(_command: Buffer, callback: () => void): void {
    this.#countJunk();
    this.send(214, "2.0.0 RFC 5321", false);
    callback();
  }

  override handler_VRFY(_command: Buffer, callback: () => void): void {
    this.#countJunk();
    this.send(252, "2.5.2 Send some mail, it will be tried", false);
    callback();
  }

  #countJunk(): void {
    if (++this.#junk > maximumJunk) this.reply(replies.tooManyErrors);
  }

  override handler_DATA(command: Buffer, callback: () => void): void {
    const { transaction, parts } = this.mail;
    const { stream } = this;
    if (stream === null) {
      callback();
      return;
    }
    if (command.toString().trim().length !== 4) {
      this.send(501, "5.5.4 DATA takes no argument", false);
      callback();
      return;
    }
    if (transaction === null || transaction.recipients.length === 0) {
      const reply =
        transaction === null ? "503 5.5.1 MAIL comes first" : "554 5.5.1 No valid recipients";
      this.send(Number(reply.slice(0, 3)), reply.slice(4), false);
      callback();
      return;
    }
    const writer = parts.contents.open();
    const limit = this.mail.listener.maximumMessageBytes;
    let broken: unknown = null;
    this.#contentSince = performance.now();
    stream.startContent({
      write: (chunk) => {
        if (broken !== null || stream.dataBytes > limit) return undefined; // told after the final dot
        try {
          return writer.write(chunk)?.catch((error: unknown) => {
            broken = error;
          });
        } catch (error) {
          broken = error;
          return undefined;
        }
      },
      end: (offence) => {
        this.#contentSince = null;
        const finish = (verdict: SessionReply): void => {
          const count = this._server.options.lmtp === true ? transaction.recipients.length : 1;
          this.mail.transaction = null;
          for (let index = 0; index < count; index++) this.reply(verdict);
          this._transactionCounter += 1;
          this._unrecognizedCommands = 0;
          this._resetSession();
          this.#wait();
          stream.proceed();
        };
        this.#endOfContent(writer, offence, broken, limit).then(finish, () =>
          finish(replies.failed(transaction.messageId)),
        );
      },
    });
    this.send(354, "End with CR LF . CR LF", false);
    this.#deadline = Number.POSITIVE_INFINITY;
    callback();
    this.#deadline = Number.POSITIVE_INFINITY;
    this.mail.cancel.signal.addEventListener(
      "abort",
      () => {
        if (this.#contentSince !== null) void writer.abandon().catch(() => {});
      },
      { once: true },
    );
  }

  async #endOfContent(
    writer: ReturnType<Session["parts"]["contents"]["open"]>,
    offence: Offence | null,
    broken: unknown,
    limit: number,
  ): Promise<SessionReply> {
    const { mail } = this;
    const { transaction } = mail;
    if (transaction === null) throw new Error("content without a transaction");
    const isTooBig = (this.stream?.dataBytes ?? 0) > limit;
    const refusal = isTooBig
      ? replies.tooBig(limit)
      : offence === "nul"
        ? replies.nul
        : offence === "bare-line-end"
          ? replies.bareLineEnd
          : null;
    if (refusal !== null || broken !== null) {
      await writer.abandon();
      const reply = refusal ?? replies.storageFull;
      transaction.refusal = {
        outcome: refusal === null ? "deferred" : "rejected",
        reply: replyText(reply),
        trace: null,
      };
      transaction.refused.push(...transaction.recipients.splice(0).map(({ address }) => address));
      abandonTransaction(mail);
      mail.transaction = transaction;
      return { ...reply, text: `${reply.text} (${transaction.messageId})` };
    }
    const content = await writer.finish();
    try {
      return await receiveMessage(mail, transaction, content, this._transmissionType());
    } finally {
      await content.release();
    }
  }
}

/** Our texts carry their status code; the library must not put its own before it. */
const ownStatus = (
  code: number,
  data: string | string[] | null | undefined,
  context: string | false | undefined,
): [string | string[] | null | undefined, string | false | undefined] => {
  if (typeof data !== "string") return [data, context];
  const status = /^[245]\.\d{1,3}\.\d{1,3} /.exec(data)?.[0];
  if (status === undefined || status[0] !== String(code)[0]) return [data, context];
  const lines = data.slice(status.length).split("\n");
  return [lines.length === 1 ? data : lines.map((line) => status + line), false];
};

const mailParameters = new Set(["SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "REQUIRETLS", "AUTH"]);
const rcptParameters = new Set(["NOTIFY", "ORCPT"]);

const textParameters = (args: ParsedAddress["args"]): Readonly<Record<string, string>> =>
  args === false
    ? {}
    : Object.fromEntries(
        Object.entries(args).map(([key, value]) => [key, value === true ? "" : value]),
      );

/** Whether an address is in a list of addresses and networks. */
export const isListed = (list: readonly string[], address: string): boolean => {
  const parsed = parseAddress(address);
  if (parsed === undefined) return false;
  return list.some((entry) => {
    const network = parseNetwork(entry.trim());
    return network !== undefined && includesAddress(network, parsed);
  });
};
