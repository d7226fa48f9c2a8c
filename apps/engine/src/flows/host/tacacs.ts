/**
 * TACACS+ (RFC 8907): sign-in by PAP or ASCII, and authorization. Bodies are hidden with
 * the secret the server shares; a body that does not fit it is no answer.
 */
import { createHash, randomBytes } from "node:crypto";
import { type Conversation, ConversationError, converse, type Place } from "./conversation.ts";
import type { PasswordAnswer } from "./radius.ts";

export type TacacsServer = {
  readonly place: Place;
  readonly secret: Buffer;
  /** Address of the user's machine; "" is not told. */
  readonly clientAddress: string;
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
};

export type TacacsRights =
  | { readonly kind: "granted"; readonly pairs: readonly string[] }
  | { readonly kind: "refused" }
  | { readonly kind: "error"; readonly text: string };

export type PasswordKind = "pap" | "ascii";

const packetType = { authentication: 1, authorization: 2 } as const;
const authenticationType: Readonly<Record<PasswordKind, number>> = { ascii: 1, pap: 2 };
const headLength = 12;
const mostLength = 65_536;
const unencrypted = 1;
const login = 1;
const portName = "smtp";

/** The body with the pad over it: hides and shows (RFC 8907 §4.5). */
export const obfuscated = (
  body: Buffer,
  {
    session,
    secret,
    version,
    sequence,
  }: { session: Buffer; secret: Buffer; version: number; sequence: number },
): Buffer => {
  const result = Buffer.from(body);
  const seed = Buffer.concat([session, secret, Buffer.from([version, sequence])]);
  let pad = Buffer.alloc(0);
  for (let at = 0; at < result.length; at += 16) {
    pad = createHash("md5").update(seed).update(pad).digest();
    for (let i = 0; i < 16 && at + i < result.length; i++) {
      result[at + i] = (result[at + i] ?? 0) ^ (pad[i] ?? 0);
    }
  }
  return result;
};

type Session = {
  readonly send: (body: Buffer) => Promise<void>;
  readonly receive: () => Promise<Buffer>;
};

const openSession = (
  conversation: Conversation,
  secret: Buffer,
  type: number,
  minor: number,
): Session => {
  const session = randomBytes(4);
  const version = 0xc0 | minor;
  let sequence = 0;
  return {
    send: async (body) => {
      sequence += 1;
      const head = Buffer.alloc(headLength);
      head.set([version, type, sequence, 0]);
      head.set(session, 4);
      head.writeUInt32BE(body.length, 8);
      const hidden = obfuscated(body, { session, secret, version, sequence });
      await conversation.write(Buffer.concat([head, hidden]));
    },
    receive: async () => {
      sequence += 1;
      const head = await conversation.read(() => headLength);
      const length = head.readUInt32BE(8);
      const isOurs =
        (head[0] ?? 0) >> 4 === 0xc && head[1] === type && head.subarray(4, 8).equals(session);
      if (!isOurs || length > mostLength) throw new ConversationError("this is no TACACS+ answer");
      if (head[2] !== sequence) throw new ConversationError("the answer is out of order");
      if (((head[3] ?? 0) & unencrypted) !== 0) {
        throw new ConversationError("the answer is not encrypted");
      }
      const body = await conversation.read(() => length);
      return obfuscated(body, { session, secret, version: head[0] ?? 0, sequence });
    },
  };
};

const unfit = (): ConversationError => new ConversationError("the answer does not fit the secret");

/** Status and message; the lengths inside show whether the secret was right. */
const readReply = (body: Buffer): { readonly status: number; readonly text: string } => {
  if (body.length < 6) throw unfit();
  const textLength = body.readUInt16BE(2);
  if (6 + textLength + body.readUInt16BE(4) !== body.length) throw unfit();
  return { status: body[0] ?? 0, text: printable(body.subarray(6, 6 + textLength)) };
};

const printable = (bytes: Buffer): string =>
  bytes
    .toString("latin1")
    .replace(/[^ -~]/g, "?")
    .slice(0, 200);

const reply = { pass: 1, fail: 2, getUser: 4, getPassword: 5, error: 7 } as const;

const start = (kind: PasswordKind, user: Buffer, client: Buffer, data: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([login, 1, authenticationType[kind], login]),
    Buffer.from([user.length, portName.length, client.length, data.length]),
    user,
    Buffer.from(portName),
    client,
    data,
  ]);

const continued = (answer: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt16BE(answer.length, 0);
  return Buffer.concat([head, answer]);
};

export const askTacacs = async (
  server: TacacsServer,
  kind: PasswordKind,
  user: Buffer,
  password: Buffer,
): Promise<PasswordAnswer> => {
  if (user.length === 0 || password.length === 0) return { kind: "wrong" };
  if (user.length > 255 || password.length > 255) return { kind: "wrong" }; // no packet holds more
  const client = Buffer.from(server.clientAddress.slice(0, 255));
  return safely(server, async (conversation): Promise<PasswordAnswer> => {
    const minor = kind === "pap" ? 1 : 0; // RFC 8907 §5.4.2.1
    const session = openSession(conversation, server.secret, packetType.authentication, minor);
    await session.send(start(kind, user, client, kind === "pap" ? password : Buffer.alloc(0)));
    for (let turn = 0; turn < 4; turn++) {
      const { status, text } = readReply(await session.receive());
      if (status === reply.pass) return { kind: "right" };
      if (status === reply.fail) return { kind: "wrong" };
      if (kind === "pap" || (status !== reply.getUser && status !== reply.getPassword)) {
        throw new ConversationError(`the server answers ${status}${text === "" ? "" : ` ${text}`}`);
      }
      await session.send(continued(status === reply.getUser ? user : password));
    }
    throw new ConversationError("the server asks without end");
  });
};

const rights = { add: 1, replace: 2, fail: 16 } as const;

export const askTacacsRights = async (
  server: TacacsServer,
  user: Buffer,
  pairs: readonly Buffer[],
): Promise<TacacsRights> => {
  const client = Buffer.from(server.clientAddress.slice(0, 255));
  if (user.length === 0 || user.length > 255) return { kind: "refused" };
  if (pairs.length > 255 || pairs.some(({ length }) => length > 255)) {
    return { kind: "error", text: "TACACS+: an argument is longer than 255 bytes." };
  }
  return safely(server, async (conversation): Promise<TacacsRights> => {
    const session = openSession(conversation, server.secret, packetType.authorization, 0);
    await session.send(
      Buffer.concat([
        Buffer.from([6, 1, authenticationType.pap, login]), // 6: signed in by TACACS+
        Buffer.from([user.length, portName.length, client.length, pairs.length]),
        Buffer.from(pairs.map(({ length }) => length)),
        user,
        Buffer.from(portName),
        client,
        ...pairs,
      ]),
    );
    const { status, text, given } = readRights(await session.receive());
    switch (status) {
      case rights.add:
        return {
          kind: "granted",
          pairs: [...pairs.map((pair) => pair.toString("latin1")), ...given],
        };
      case rights.replace:
        return { kind: "granted", pairs: given };
      case rights.fail:
        return { kind: "refused" };
      default:
        throw new ConversationError(`the server answers ${status}${text === "" ? "" : ` ${text}`}`);
    }
  });
};

const readRights = (body: Buffer) => {
  const count = body[1] ?? 0;
  if (body.length < 6 + count) throw unfit();
  const textLength = body.readUInt16BE(2);
  const dataLength = body.readUInt16BE(4);
  const lengths = [...body.subarray(6, 6 + count)];
  let at = 6 + count + textLength + dataLength;
  if (at + lengths.reduce((sum, length) => sum + length, 0) !== body.length) throw unfit();
  const text = printable(body.subarray(6 + count, 6 + count + textLength));
  const given = lengths.map((length) => {
    at += length;
    return body.toString("latin1", at - length, at);
  });
  return { status: body[0] ?? 0, text, given };
};

const safely = async <T>(
  server: TacacsServer,
  talk: (conversation: Conversation) => Promise<T>,
): Promise<T | { readonly kind: "error"; readonly text: string }> => {
  try {
    return await converse(server.place, server, talk);
  } catch (error) {
    if (!(error instanceof ConversationError)) throw error;
    return { kind: "error", text: `TACACS+: ${error.message}.` };
  }
};
