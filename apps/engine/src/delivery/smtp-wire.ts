/**
 * A socket that says commands and hears replies. Every wait ends: with a reply,
 * with the end of the connection, or with its own time. Bytes nobody waited for
 * end the trust in a connection.
 */
import type { Socket } from "node:net";
import { createReplyReader, ReplyError, type WireReply } from "./reply-reader.ts";

/** The connection is no more; `text` says why. */
export class WireError extends Error {}

export type Wire = {
  /** Says something that asks for no reply yet. */
  readonly write: (...pieces: readonly (string | Buffer)[]) => void;
  /** Says something that asks for this many replies; only those count, and only from now on. */
  readonly ask: (replies: number, ...pieces: readonly (string | Buffer)[]) => void;
  /** The next reply, within this time. */
  readonly reply: (seconds: number, what: string) => Promise<WireReply>;
  /** Resolves when the socket takes more, within this time. */
  readonly drained: (seconds: number) => Promise<void> | undefined;
  /** Ready for the next command. */
  readonly isOpen: () => boolean;
  /** Not broken; a server that speaks out of turn breaks it. */
  readonly isAlive: () => boolean;
  /** What the server said before it hung up; null: nothing. */
  readonly farewell: () => WireReply | null;
  /** Takes the listeners off and hands the socket back; false: bytes had come that nobody waited for. */
  readonly detach: () => boolean;
  readonly end: (text: string) => void;
  readonly destroy: () => void;
};

type Waiting = {
  readonly resolve: (reply: WireReply) => void;
  readonly reject: (error: WireError) => void;
  readonly deadline: number;
  readonly what: string;
};

const checkMilliseconds = 500;

/** `owed`: replies that come unasked; 1 for the greeting. */
export const createWire = (socket: Socket, owed = 0): Wire => {
  let missing = owed;
  /** Replies that came before somebody waited for them. */
  const heard: WireReply[] = [];
  let reader = createReplyReader();
  const waiting: Waiting[] = [];
  let blocked: { done: () => void; fail: (error: WireError) => void; deadline: number } | null =
    null;
  let farewell: WireReply | null = null;
  let failure: WireError | null = null;

  const fail = (text: string): void => {
    failure ??= new WireError(text);
    clearInterval(timer);
    socket.destroy();
    for (const one of waiting.splice(0)) one.reject(failure);
    blocked?.fail(failure);
    blocked = null;
  };

  const timer = setInterval(() => {
    const now = Date.now();
    const [first] = waiting;
    if (first !== undefined && now > first.deadline) fail(`no reply to ${first.what} in time`);
    else if (blocked !== null && now > blocked.deadline) fail("the message was not taken in time");
  }, checkMilliseconds);
  timer.unref();

  const onData = (chunk: Buffer): void => {
    let replies: WireReply[];
    try {
      replies = reader.push(chunk);
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      fail(error.message);
      return;
    }
    for (const reply of replies) {
      if (missing === 0) {
        farewell ??= reply;
        fail("the server spoke out of turn");
        return;
      }
      missing -= 1;
      const next = waiting.shift();
      if (next !== undefined) next.resolve(reply);
      else heard.push(reply);
    }
  };
  const onDrain = (): void => {
    blocked?.done();
    blocked = null;
  };
  const onError = (error: Error): void => fail(`connection lost (${reasonOf(error)})`);
  const onClose = (): void => fail("connection closed by the server");
  socket.on("data", onData);
  socket.on("drain", onDrain);
  socket.on("error", onError);
  socket.on("close", onClose);
  socket.on("end", onClose);

  const write = (...pieces: readonly (string | Buffer)[]): void => {
    if (failure !== null) return;
    if (pieces.length > 1) socket.cork();
    for (const piece of pieces) {
      if (typeof piece === "string") socket.write(piece, "utf8");
      else socket.write(piece);
    }
    if (pieces.length > 1) socket.uncork();
  };

  return {
    write,
    ask: (replies, ...pieces) => {
      missing += replies;
      write(...pieces);
    },
    reply: (seconds, what) =>
      new Promise((resolve, reject) => {
        const ready = heard.shift();
        if (ready !== undefined) {
          resolve(ready);
          return;
        }
        if (failure !== null) {
          reject(failure);
          return;
        }
        waiting.push({ resolve, reject, deadline: Date.now() + seconds * 1000, what });
      }),
    drained: (seconds) => {
      if (failure !== null || !socket.writableNeedDrain) return undefined;
      return new Promise((done, reject) => {
        blocked = { done, fail: reject, deadline: Date.now() + seconds * 1000 };
      });
    },
    isOpen: () => failure === null && missing === 0 && heard.length === 0 && socket.writable,
    isAlive: () => failure === null,
    farewell: () => farewell,
    detach: () => {
      clearInterval(timer);
      socket.off("data", onData);
      socket.off("drain", onDrain);
      socket.off("error", onError);
      socket.off("close", onClose);
      socket.off("end", onClose);
      const isQuiet =
        !reader.hasRest() && heard.length === 0 && farewell === null && failure === null;
      reader = createReplyReader();
      return isQuiet;
    },
    end: (text) => {
      if (failure !== null) return;
      socket.end(text);
      const patience = setTimeout(() => socket.destroy(), 5000);
      patience.unref();
      socket.once("close", () => clearTimeout(patience));
    },
    destroy: () => fail("closed by us"),
  };
};

const reasonOf = (error: Error & { code?: string }): string => error.code ?? error.message;
