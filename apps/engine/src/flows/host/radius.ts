/**
 * RADIUS (RFC 2865): one Access-Request with a user's name and password. Request and
 * answer carry a Message-Authenticator (RFC 3579 §3.2), and an answer without one counts
 * for nothing: without it somebody on the way could turn a refusal into a welcome.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";

export type PasswordAnswer =
  | { readonly kind: "right" }
  | { readonly kind: "wrong" }
  | { readonly kind: "error"; readonly text: string };

export type RadiusQuestion = {
  readonly host: string;
  readonly port: number;
  readonly secret: Buffer;
  readonly user: Buffer;
  readonly password: Buffer;
  /** Who asks. */
  readonly identifier: string;
  /** Address of the user's machine; "" is not told. */
  readonly clientAddress: string;
  /** Vendor-specific attributes: type → text. */
  readonly vendor: { readonly id: number; readonly strings: ReadonlyMap<number, Buffer> };
  /** Of one attempt. */
  readonly seconds: number;
  readonly attempts: number;
  /** False takes answers without a Message-Authenticator. */
  readonly needsAuthenticator: boolean;
  readonly signal?: AbortSignal | undefined;
};

const attribute = {
  userName: 1,
  userPassword: 2,
  vendorSpecific: 26,
  callingStation: 31,
  identifier: 32,
  messageAuthenticator: 80,
} as const;

const code = { request: 1, accept: 2, reject: 3, challenge: 11 } as const;
const headLength = 20;
const zeros = Buffer.alloc(16);

const md5 = (...parts: readonly Buffer[]): Buffer => {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const encoded = (type: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([type, value.length + 2]), value]);

/** RFC 2865 §5.2. */
export const hiddenPassword = (password: Buffer, secret: Buffer, authenticator: Buffer): Buffer => {
  const length = Math.max(16, Math.ceil(password.length / 16) * 16);
  const padded = Buffer.concat([password, Buffer.alloc(length - password.length)]);
  let before = authenticator;
  for (let at = 0; at < length; at += 16) {
    const pad = md5(secret, before);
    for (let i = 0; i < 16; i++) padded[at + i] = (padded[at + i] ?? 0) ^ (pad[i] ?? 0);
    before = padded.subarray(at, at + 16);
  }
  return padded;
};

export const accessRequest = (
  question: Omit<RadiusQuestion, "host" | "port" | "seconds" | "attempts" | "signal">,
  id: number,
  authenticator: Buffer,
): Buffer => {
  const { secret, vendor } = question;
  const vendorId = Buffer.alloc(4);
  vendorId.writeUInt32BE(vendor.id);
  const attributes = [
    encoded(attribute.messageAuthenticator, zeros), // first, so that no prefix can be swapped
    encoded(attribute.userName, question.user),
    encoded(attribute.userPassword, hiddenPassword(question.password, secret, authenticator)),
    encoded(attribute.identifier, Buffer.from(question.identifier.slice(0, 253))),
    ...(question.clientAddress === ""
      ? []
      : [encoded(attribute.callingStation, Buffer.from(question.clientAddress.slice(0, 253)))]),
    ...[...vendor.strings].map(([type, value]) =>
      encoded(attribute.vendorSpecific, Buffer.concat([vendorId, encoded(type, value)])),
    ),
  ];
  const packet = Buffer.concat([Buffer.alloc(4), authenticator, ...attributes]);
  packet.set([code.request, id]);
  packet.writeUInt16BE(packet.length, 2);
  packet.set(createHmac("md5", secret).update(packet).digest(), headLength + 2);
  return packet;
};

/** What a packet says; null: it is no answer to this request, whoever sent it. */
export const readAnswer = (
  packet: Buffer,
  request: { readonly id: number; readonly authenticator: Buffer; readonly secret: Buffer },
): { readonly code: number; readonly isAuthenticated: boolean } | null => {
  if (packet.length < headLength || packet[1] !== request.id) return null;
  const length = packet.readUInt16BE(2);
  if (length < headLength || length > packet.length) return null;
  const whole = packet.subarray(0, length);
  const given = whole.subarray(4, headLength);
  const asSigned = Buffer.from(whole);
  asSigned.set(request.authenticator, 4);
  if (!timingSafeEqual(given, md5(asSigned, request.secret))) return null;
  let isAuthenticated = false;
  for (let at = headLength; at < length; ) {
    const size = whole[at + 1] ?? 0;
    if (size < 2 || at + size > length) return null;
    if (whole[at] === attribute.messageAuthenticator) {
      if (size !== 18 || isAuthenticated) return null;
      const mac = whole.subarray(at + 2, at + 18);
      const blank = Buffer.from(asSigned);
      blank.set(zeros, at + 2);
      const right = createHmac("md5", request.secret).update(blank).digest();
      if (!timingSafeEqual(mac, right)) return null;
      isAuthenticated = true;
    }
    at += size;
  }
  return { code: whole[0] ?? 0, isAuthenticated };
};

export const askRadius = async (question: RadiusQuestion): Promise<PasswordAnswer> => {
  const { user, password, secret } = question;
  if (user.length === 0 || password.length === 0 || password.includes(0)) return { kind: "wrong" };
  if (user.length > 253 || password.length > 128) return { kind: "wrong" }; // no request holds more
  const authenticator = randomBytes(16);
  const id = randomBytes(1)[0] ?? 0;
  const packet = accessRequest(question, id, authenticator);
  if (packet.length > 4096) return { kind: "error", text: "The vendor strings are too long." };
  let address: { address: string; family: number };
  try {
    address = await lookup(question.host);
  } catch {
    return { kind: "error", text: `RADIUS: ${question.host} has no address.` };
  }
  const socket = createSocket(address.family === 6 ? "udp6" : "udp4");
  try {
    return await exchange(socket, address.address, packet, question, { id, authenticator, secret });
  } finally {
    socket.close();
  }
};

const exchange = (
  socket: Socket,
  address: string,
  packet: Buffer,
  { port, seconds, attempts, needsAuthenticator, signal }: RadiusQuestion,
  request: Parameters<typeof readAnswer>[1],
): Promise<PasswordAnswer> =>
  new Promise((resolve) => {
    let left = Math.max(1, attempts);
    let timer: NodeJS.Timeout | undefined;
    let why = `RADIUS: ${address} did not answer.`;
    const end = (answer: PasswordAnswer): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      resolve(answer);
    };
    const abort = (): void => end({ kind: "error", text: "RADIUS: the run is over." });
    const send = (): void => {
      if (left === 0) {
        end({ kind: "error", text: why });
        return;
      }
      left -= 1;
      socket.send(packet);
      timer = setTimeout(send, seconds * 1000);
    };
    socket.on("error", (error: NodeJS.ErrnoException) =>
      end({ kind: "error", text: `RADIUS: ${address}: ${error.code ?? error.message}.` }),
    );
    socket.on("message", (bytes) => {
      const answer = readAnswer(bytes, request);
      if (answer === null) {
        why = `RADIUS: what ${address} answers does not fit the secret.`;
        return; // RFC 2865 §4: silently left out
      }
      if (!answer.isAuthenticated && needsAuthenticator) {
        why = `RADIUS: ${address} answers without a Message-Authenticator.`;
        return;
      }
      if (answer.code === code.accept) end({ kind: "right" });
      else if (answer.code === code.reject) end({ kind: "wrong" });
      else if (answer.code === code.challenge) {
        end({ kind: "error", text: "RADIUS: the server wants a second step." });
      }
    });
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) abort();
    else socket.connect(port, address, send); // only this peer is heard
  });
