/**
 * One question to one name server, over UDP and, when the answer does not fit,
 * over TCP. An answer counts only when it comes from that server and repeats
 * number and question (RFC 5452 §9); anything else is as if nothing had come.
 */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import * as packet from "dns-packet";

export type NameServer = { readonly host: string; readonly port: number };

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`; null: no address. */
export const parseNameServer = (text: string): NameServer | null => {
  const match = /^\[([0-9A-Fa-f:.]+)\](?::(\d{1,5}))?$|^([0-9.]+)(?::(\d{1,5}))?$/.exec(
    text.trim(),
  );
  if (match !== null) {
    return { host: match[1] ?? match[3] ?? "", port: Number(match[2] ?? match[4] ?? 53) };
  }
  return isIPv6(text.trim()) ? { host: text.trim(), port: 53 } : null;
};

export const exchange = async (
  server: NameServer,
  question: { readonly name: string; readonly type: string },
  milliseconds: number,
  signal?: AbortSignal,
): Promise<packet.Packet | null> => {
  const id = randomInt(65_536);
  const query = packet.encode({
    type: "query",
    id,
    flags: packet.RECURSION_DESIRED | packet.AUTHENTIC_DATA,
    questions: [{ ...question, class: "IN" }],
    additionals: [
      { type: "OPT", name: ".", udpPayloadSize: 1232, flags: packet.DNSSEC_OK, options: [] },
    ],
  });
  const isAnswer = (found: packet.Packet): boolean => {
    const [asked] = found.questions ?? [];
    return (
      found.type === "response" &&
      found.id === id &&
      asked?.type === question.type &&
      asked.name.toLowerCase().replace(/\.$/, "") === question.name.toLowerCase()
    );
  };
  const startedAt = performance.now();
  const byUdp = await overUdp(server, query, isAnswer, milliseconds, signal);
  if (byUdp?.flag_tc !== true) return byUdp;
  const left = milliseconds - (performance.now() - startedAt);
  return overTcp(server, query, isAnswer, Math.max(left, 1), signal);
};

const decoded = (bytes: Uint8Array): packet.Packet | null => {
  try {
    return packet.decode(bytes);
  } catch {
    return null; // no DNS message
  }
};

const overUdp = (
  server: NameServer,
  query: Buffer,
  isAnswer: (found: packet.Packet) => boolean,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<packet.Packet | null> =>
  new Promise((resolve) => {
    const socket = createSocket(isIPv6(server.host) ? "udp6" : "udp4");
    let isDone = false;
    const finish = (result: packet.Packet | null): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
      socket.close();
      resolve(result);
    };
    const cancel = (): void => finish(null);
    const timer = setTimeout(cancel, milliseconds);
    signal?.addEventListener("abort", cancel, { once: true });
    socket.on("error", cancel);
    socket.on("message", (bytes) => {
      const found = decoded(bytes);
      if (found !== null && isAnswer(found)) finish(found);
    });
    // a connected socket gets datagrams of this server only
    socket.connect(server.port, server.host, () => {
      if (!isDone) socket.send(query, (error) => error !== null && cancel());
    });
  });

const overTcp = (
  server: NameServer,
  query: Buffer,
  isAnswer: (found: packet.Packet) => boolean,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<packet.Packet | null> =>
  new Promise((resolve) => {
    const socket = connect({ host: server.host, port: server.port });
    let received = Buffer.alloc(0);
    let isDone = false;
    const finish = (result: packet.Packet | null): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
      socket.destroy();
      resolve(result);
    };
    const cancel = (): void => finish(null);
    const timer = setTimeout(cancel, milliseconds);
    signal?.addEventListener("abort", cancel, { once: true });
    socket.on("error", cancel);
    socket.on("close", cancel);
    socket.on("connect", () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(query.length);
      socket.write(Buffer.concat([length, query]));
    });
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2) return;
      const length = received.readUInt16BE(0);
      if (received.length < length + 2) return;
      const found = decoded(received.subarray(2, length + 2));
      finish(found !== null && isAnswer(found) ? found : null);
    });
  });
