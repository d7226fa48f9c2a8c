/**
 * One message over an open connection: what the server cannot take is found out
 * before it is asked, then MAIL, RCPT, DATA and the bytes (RFC 5321 §3.3).
 *
 * Promises: every recipient gets a result; a reply counts only for what it answers;
 * lost after the final dot means "perhaps": code 0, tried again, for a second copy is
 * better than none (RFC 1047).
 */
import { encodeXtext, isAscii } from "@sluice/mail-syntax";
import { createDotStuffer, type DotStuffer } from "./dot-stuffing.ts";
import type { WireReply } from "./reply-reader.ts";
import type { Extensions } from "./smtp-hello.ts";
import type {
  ClientOptions,
  OutgoingMessage,
  OutgoingRecipient,
  RecipientResult,
  Sent,
} from "./smtp-message.ts";
import { type Wire, WireError } from "./smtp-wire.ts";

export type Said = Omit<RecipientResult, "recipient">;

export const forAll = (message: OutgoingMessage, said: Said): RecipientResult[] =>
  message.recipients.map(({ address }) => ({ recipient: address, ...said }));

/** What this server cannot take, found out before it is asked; null: nothing. */
export const impossible = async (
  message: OutgoingMessage,
  extensions: Extensions,
  isVerified: boolean,
): Promise<Said | null> => {
  const limit = Number(extensions.get("SIZE") ?? 0);
  if (limit > 0 && message.size > limit) {
    return permanent(
      "5.3.4",
      `The message has ${message.size} bytes; the next hop takes ${limit}.`,
    );
  }
  if (message.requireTls && !(isVerified && extensions.has("REQUIRETLS"))) {
    return permanent(
      "5.7.30",
      "The sender requires TLS all the way (REQUIRETLS); the next hop does not offer it.",
    );
  }
  if (!extensions.has("SMTPUTF8")) {
    const addresses = [message.sender, ...message.recipients.map(({ address }) => address)];
    if (!addresses.every(isAscii) || (message.smtpUtf8 && (await hasEightBits(message.body, true))))
      return permanent(
        "5.6.7",
        "The next hop takes no addresses or header fields beyond ASCII (SMTPUTF8).",
      );
  }
  if (
    message.eightBit &&
    !extensions.has("8BITMIME") &&
    (await hasEightBits(message.body, false))
  ) {
    return permanent(
      "5.6.3",
      "The next hop takes no 8-bit content (8BITMIME), and we change no message.",
    );
  }
  return null;
};

const permanent = (status: string, text: string): Said => ({ code: 554, status, text });

const hasEightBits = async (
  body: OutgoingMessage["body"],
  onlyHeader: boolean,
): Promise<boolean> => {
  const parts = Buffer.isBuffer(body) ? [body] : body();
  let tail = "";
  for await (const part of parts) {
    const text = tail + part.toString("latin1");
    const end = onlyHeader ? text.indexOf("\r\n\r\n") : -1;
    if (/[\x80-\xff]/.test(end < 0 ? text : text.slice(0, end))) return true;
    if (end >= 0) return false;
    tail = text.slice(-3);
  }
  return false;
};

const mailCommand = (message: OutgoingMessage, extensions: Extensions): string => {
  const { sender, ret, envid } = message;
  let command = `MAIL FROM:<${sender}>`;
  if (extensions.has("SIZE")) command += ` SIZE=${message.size}`;
  if (message.eightBit && extensions.has("8BITMIME")) command += " BODY=8BITMIME";
  if (extensions.has("SMTPUTF8") && needsUtf8(message)) command += " SMTPUTF8";
  if (message.requireTls) command += " REQUIRETLS";
  if (extensions.has("DSN")) {
    if (ret !== null) command += ` RET=${ret}`;
    if (envid !== null) command += ` ENVID=${xtext(envid)}`;
  }
  return `${command}\r\n`;
};

const needsUtf8 = (message: OutgoingMessage): boolean =>
  message.smtpUtf8 ||
  !isAscii(message.sender) ||
  message.recipients.some(({ address }) => !isAscii(address));

const recipientCommand = (
  { address, notify, orcpt }: OutgoingRecipient,
  extensions: Extensions,
): string => {
  let command = `RCPT TO:<${address}>`;
  if (extensions.has("DSN")) {
    if (notify !== null) command += ` NOTIFY=${notify.join(",")}`;
    if (orcpt !== null) command += ` ORCPT=${xtext(orcpt)}`;
  }
  return `${command}\r\n`;
};

/** As the client gave it, or encoded now: it is one word either way. */
const xtext = (text: string): string => (/^[\x21-\x7e]+$/.test(text) ? text : encodeXtext(text));

type Transacted = Sent & {
  /** The server still has an envelope of ours. */
  readonly needsReset: boolean;
  readonly isLast: boolean;
};

const noResult: Said = { code: 0, status: null, text: "the server gave no result" };
const isPositive = ({ code }: WireReply): boolean => code >= 200 && code < 300;
const isBye = ({ code }: WireReply): boolean => code === 421;

export const transact = async (
  connection: {
    readonly wire: Wire;
    readonly options: ClientOptions;
    readonly extensions: Extensions;
  },
  message: OutgoingMessage,
  state: { readonly needsReset: boolean; readonly isReused: boolean },
): Promise<Transacted> => {
  const { wire, options, extensions } = connection;
  const { commandSeconds } = options;
  const isPipelined = extensions.has("PIPELINING");
  const results = new Map<number, Said>();
  const accepted: number[] = [];
  /** What the end of the connection would mean now. */
  let stage: "unheard" | "heard" | "complete" = "unheard";
  const hear = async (what: string, seconds = commandSeconds): Promise<WireReply> => {
    const reply = await wire.reply(seconds, what);
    if (reply.code < 400 && reply.code >= 300 !== (what === "DATA")) {
      // 354 to anything but DATA: we no longer know which reply is whose
      throw new WireError(`the server answered ${what} with “${reply.text}”`);
    }
    if (stage === "unheard" && !isBye(reply)) stage = "heard";
    return reply;
  };
  const finish = (rest: Said, more: Partial<Transacted> = {}): Transacted => ({
    results: message.recipients.map(({ address }, index) => ({
      recipient: address,
      ...(results.get(index) ?? rest),
    })),
    ended: null,
    needsReset: false,
    isLast: false,
    ...more,
  });
  const gone = state.isReused ? "stale" : "lost";
  /** DATA was taken although no recipient was: an empty message that goes nowhere (RFC 2920 §3.1). */
  const sendNothing = async (): Promise<void> => {
    wire.ask(1, ".\r\n");
    await hear("the final dot");
  };

  try {
    if (state.needsReset) {
      wire.ask(1, "RSET\r\n");
      await wire.reply(commandSeconds, "RSET");
    }
    const commands = [
      mailCommand(message, extensions),
      ...message.recipients.map((recipient) => recipientCommand(recipient, extensions)),
    ];
    if (isPipelined) wire.ask(commands.length + 1, `${commands.join("")}DATA\r\n`);
    else wire.ask(1, commands[0] ?? "");
    const mail = await hear("MAIL");
    if (!isPositive(mail)) {
      if (isBye(mail)) return finish(mail, { ended: gone, isLast: true });
      if (isPipelined) {
        for (const _ of message.recipients) await hear("RCPT");
        const data = await hear("DATA");
        if (data.code === 354) return finish(mail, { isLast: true });
      }
      return finish(mail, { needsReset: true });
    }
    for (const index of message.recipients.keys()) {
      if (!isPipelined) wire.ask(1, commands[index + 1] ?? "");
      const reply = await hear("RCPT");
      if (isPositive(reply)) accepted.push(index);
      else results.set(index, reply);
      if (isBye(reply)) return finish(reply, { isLast: true });
    }
    if (!isPipelined) {
      if (accepted.length === 0) return finish(noResult, { needsReset: true });
      wire.ask(1, "DATA\r\n");
    }
    const data = await hear("DATA", options.dataSeconds);
    if (data.code !== 354) {
      for (const index of accepted) results.set(index, data);
      return finish(noResult, { needsReset: true, isLast: isBye(data) });
    }
    if (accepted.length === 0) {
      if (options.protocol === "lmtp") return finish(noResult, { isLast: true }); // no reply would come
      await sendNothing();
      return finish(noResult);
    }
    const finals = options.protocol === "lmtp" ? accepted.length : 1;
    const isWhole = await sendBody(wire, message, finals, options.transferSeconds);
    if (isWhole) stage = "complete";
    for (const index of options.protocol === "lmtp" ? accepted : accepted.slice(0, 1)) {
      const reply = await hear("the final dot", options.finalSeconds);
      for (const one of options.protocol === "lmtp" ? [index] : accepted) results.set(one, reply);
      if (isBye(reply)) return finish(reply, { isLast: true });
    }
    return finish(noResult);
  } catch (error) {
    if (!(error instanceof WireError)) {
      wire.destroy(); // the message could not be read: half of it must not count as one
      throw error;
    }
    if (stage === "complete") {
      const text = `unknown result: ${error.message} after the final dot`;
      return finish({ code: 0, status: "4.4.2", text }, { isLast: true });
    }
    const said = wire.farewell();
    const rest: Said =
      said !== null && said.code >= 400 ? said : { code: 0, status: "4.4.2", text: error.message };
    return finish(rest, { ended: stage === "unheard" ? gone : null, isLast: true });
  }
};

const pieceBytes = 64 * 1024;

/** The bytes and the final dot, no faster than the server takes them. */
const sendBody = async (
  wire: Wire,
  { body, size }: OutgoingMessage,
  replies: number,
  seconds: number,
): Promise<boolean> => {
  const stuffer = createDotStuffer();
  if (Buffer.isBuffer(body) && body.length <= pieceBytes) {
    wire.ask(replies, ...stuffer.push(body), stuffer.end());
    return wire.isAlive();
  }
  let sent = 0;
  for await (const part of Buffer.isBuffer(body) ? piecesOf(body) : body()) {
    await writePart(wire, stuffer, part, seconds);
    if (!wire.isAlive()) return false; // it answered or went away: the rest is wasted
    sent += part.length;
  }
  // half a message must never pass for a whole one
  if (sent !== size) throw new Error(`it has ${sent} bytes, and should have ${size}`);
  wire.ask(replies, stuffer.end());
  return wire.isAlive();
};

const writePart = (
  wire: Wire,
  stuffer: DotStuffer,
  part: Buffer,
  seconds: number,
): Promise<void> | undefined => {
  wire.write(...stuffer.push(part));
  return wire.drained(seconds);
};

const piecesOf = function* (body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes);
};
