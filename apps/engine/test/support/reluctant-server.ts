/**
 * A mail server that stops reading inside a message until it is told to go on, and keeps
 * none of its bytes: what is in memory then is held by whoever sends.
 */
import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";

export type ReluctantServer = {
  readonly port: number;
  /** Bytes of the content that were read so far. */
  readonly taken: () => number;
  /** It stands still: DATA was answered, or this much was taken. */
  readonly isStanding: () => boolean;
  /** Reads on until so many bytes of content are taken; without a number to the end. */
  readonly readOn: (bytes?: number) => void;
  readonly close: () => Promise<void>;
};

const finalDot = "\r\n.\r\n";

export const startReluctant = async (): Promise<ReluctantServer> => {
  let taken = 0;
  let until = 0;
  let current: Socket | null = null;
  const sockets = new Set<Socket>();

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let line = "";
    let tail = "";
    let isContent = false;
    const answer = (): void => {
      const verb = line.slice(0, 4).toUpperCase();
      line = "";
      isContent = verb === "DATA";
      if (isContent && until === 0) {
        current = socket.pause();
      }
      socket.write(isContent ? "354 go on\r\n" : verb === "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
      if (verb === "QUIT") socket.end();
    };
    socket.on("data", (chunk) => {
      if (!isContent) {
        // without PIPELINING one command comes at a time
        line += chunk.toString("latin1");
        if (line.endsWith("\r\n")) answer();
        return;
      }
      taken += chunk.length;
      tail = (tail + chunk.toString("latin1", Math.max(0, chunk.length - 5))).slice(-5);
      if (tail === finalDot) {
        isContent = false;
        tail = "";
        socket.write("250 taken\r\n");
      } else if (taken >= until) {
        current = socket.pause();
      }
    });
    socket.write("220 reluctant.test ESMTP\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    taken: () => taken,
    isStanding: () => current !== null,
    readOn: (bytes = Number.POSITIVE_INFINITY) => {
      until = bytes;
      current?.resume();
      current = null;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};

const largest = (name: string): number =>
  Number(readFileSync(`/proc/sys/net/ipv4/${name}`, "utf8").trim().split(/\s+/)[2]);

/** The most that may be on its way between two sockets of this machine: what the kernel may hold, and 1 MB for Node's own. */
export const mostOnTheWay = (): number => largest("tcp_wmem") + largest("tcp_rmem") + 1024 * 1024;
