/**
 * The PROXY protocol, versions 1 and 2: a listed load balancer names the real
 * client before anything else. At most 536 bytes and five seconds.
 */

import type { Socket } from "node:net";
import { isIP } from "node:net";
import { plainAddress } from "../session/plain-address.ts";

export type ProxiedAddresses = {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
};

/** `null` inside "done": the balancer speaks for itself (health check). */
export type ProxyParse =
  | { readonly kind: "more" }
  | { readonly kind: "bad"; readonly why: string }
  | { readonly kind: "done"; readonly addresses: ProxiedAddresses | null; readonly length: number };

const signature = Buffer.from([
  0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
]);
const maximum = 536;

export const parseProxyHeader = (bytes: Buffer): ProxyParse => {
  const start = bytes.subarray(0, signature.length);
  if (signature.subarray(0, start.length).equals(start)) {
    return bytes.length < 16 ? { kind: "more" } : parseBinary(bytes);
  }
  return parseText(bytes);
};

const parseText = (bytes: Buffer): ProxyParse => {
  const end = bytes.indexOf("\r\n");
  const head = bytes.subarray(0, Math.min(bytes.length, 6)).toString("latin1");
  if (!"PROXY ".startsWith(head)) return { kind: "bad", why: "no PROXY header" };
  if (end < 0)
    return bytes.length > 107 ? { kind: "bad", why: "header too long" } : { kind: "more" };
  if (end + 2 > 107) return { kind: "bad", why: "header too long" };
  const words = bytes.subarray(0, end).toString("latin1").split(" ");
  const length = end + 2;
  if (words[1] === "UNKNOWN") return { kind: "done", addresses: null, length };
  const [, family, client = "", server = "", clientPort = "", serverPort = ""] = words;
  const version = family === "TCP4" ? 4 : family === "TCP6" ? 6 : 0;
  const isPort = (text: string): boolean =>
    /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) < 65_536;
  if (
    words.length !== 6 ||
    version === 0 ||
    isIP(client) !== version ||
    isIP(server) !== version ||
    !isPort(clientPort) ||
    !isPort(serverPort)
  ) {
    return { kind: "bad", why: "malformed header" };
  }
  return {
    kind: "done",
    length,
    addresses: {
      clientAddress: plainAddress(client),
      clientPort: Number(clientPort),
      serverAddress: plainAddress(server),
      serverPort: Number(serverPort),
    },
  };
};

const parseBinary = (bytes: Buffer): ProxyParse => {
  const command = bytes[12] ?? 0;
  const family = bytes[13] ?? 0;
  const length = 16 + bytes.readUInt16BE(14);
  if (command >> 4 !== 2 || (command & 15) > 1)
    return { kind: "bad", why: "unknown version or command" };
  if (length > maximum) return { kind: "bad", why: "header too long" };
  if (bytes.length < length) return { kind: "more" };
  if ((command & 15) === 0 || family === 0) return { kind: "done", addresses: null, length };
  const size = family === 0x11 ? 4 : family === 0x21 ? 16 : 0;
  if (size === 0 || length < 16 + 2 * size + 4)
    return { kind: "bad", why: "unknown address family" };
  const address = (at: number): string => {
    const raw = bytes.subarray(at, at + size);
    if (size === 4) return raw.join(".");
    const groups = Array.from({ length: 8 }, (_, index) => raw.readUInt16BE(index * 2));
    return plainAddress(groups.map((group) => group.toString(16)).join(":"));
  };
  return {
    kind: "done",
    length,
    addresses: {
      clientAddress: address(16),
      serverAddress: address(16 + size),
      clientPort: bytes.readUInt16BE(16 + 2 * size),
      serverPort: bytes.readUInt16BE(16 + 2 * size + 2),
    },
  };
};

/** Reads the header off the socket; what follows it is put back. Rejects when there is none in time. */
export const readProxyHeader = (
  socket: Socket,
  milliseconds = 5000,
): Promise<ProxiedAddresses | null> =>
  new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const finish = (result: ProxiedAddresses | null | Error): void => {
      clearTimeout(timer);
      socket.off("data", onData);
      socket.off("close", onClose);
      socket.off("end", onClose);
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    const timer = setTimeout(() => finish(new Error("no PROXY header in time")), milliseconds);
    const onClose = (): void => finish(new Error("closed before the PROXY header"));
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const parsed = parseProxyHeader(bytes);
      if (parsed.kind === "more") return;
      socket.pause();
      if (parsed.kind === "bad") {
        finish(new Error(parsed.why));
        return;
      }
      const rest = bytes.subarray(parsed.length);
      if (rest.length > 0) socket.unshift(rest);
      finish(parsed.addresses);
    };
    socket.on("data", onData);
    socket.once("close", onClose);
    socket.once("end", onClose);
  });
