/**
 * The client's side of a short SMTP conversation (RFC 5321), for questions that end
 * before DATA. Replies are bounded, everything has an end, and a secret is sent
 * only where the caller says it may be.
 */
import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { isCompleteReply, parseReply, type Reply } from "@sluice/mail-syntax";
import type { TlsFailure } from "../../delivery/connect-error.ts";
import {
  type ClientCertificate,
  secureContextOf,
  type TlsPolicy,
  verifyPeer,
} from "../../delivery/tls-policy.ts";

export type DialogOptions = {
  readonly address: string;
  readonly port: number;
  readonly name: string;
  readonly helo: string;
  readonly lmtp: boolean;
  readonly sourceAddress: string | null;
  readonly tls: TlsPolicy;
  /** Shown to servers that ask for one. */
  readonly clientCertificate: ClientCertificate | null;
  readonly connectSeconds: number;
  readonly commandSeconds: number;
  /** How TLS came out; null: it is there, or was not wanted. */
  readonly onTls: (failure: TlsFailure | null) => void;
};

export type Dialog = {
  readonly command: (line: string) => Promise<Reply>;
  /** Sends a message after 354, dots stuffed, and gives the final reply. */
  readonly message: (bytes: AsyncIterable<Buffer>) => Promise<Reply>;
  /** EHLO keywords in capitals → their parameters. */
  readonly extensions: () => ReadonlyMap<string, string>;
  readonly isEncrypted: () => boolean;
  /** The certificate was looked at, and is right. */
  readonly isVerified: () => boolean;
  /** Says QUIT and does not wait for the answer. */
  readonly close: () => void;
};

/** The server could not be asked. */
export class DialogError extends Error {
  override readonly name: string = "DialogError";
}

/** TLS is asked for and did not come about, or not with whom it should. */
class TlsError extends DialogError {
  readonly failure: TlsFailure;
  constructor(message: string, failure: TlsFailure, cause?: unknown) {
    super(message, { cause });
    this.failure = failure;
  }
}

/** TLS did not come about; where it is optional, that is no reason not to ask. */
class HandshakeError extends TlsError {}

/** What the server said, its enhanced status code in front (RFC 2034). */
export const wordsOf = ({ enhancedStatus, text }: Reply): string =>
  enhancedStatus === undefined ? text : `${enhancedStatus} ${text}`;

const maximumReply = 64 * 1024;

export const openDialog = async (options: DialogOptions): Promise<Dialog> => {
  try {
    const dialog = await open(options);
    options.onTls(dialog.isEncrypted() ? null : "starttls-not-supported");
    return dialog;
  } catch (error) {
    if (error instanceof TlsError) options.onTls(error.failure);
    const mayBeClear = options.tls.use === "try" && options.tls.verify === null;
    if (!(error instanceof HandshakeError) || !mayBeClear) throw error;
    return open({ ...options, tls: { use: "never", verify: null } }); // the failure is told already
  }
};

const open = async (options: DialogOptions): Promise<Dialog> => {
  let socket: Socket | TLSSocket = await connectSocket(options);
  let reader = createReader(socket, options.commandSeconds);
  let extensions = new Map<string, string>();
  let isEncrypted = false;

  const command = async (line: string): Promise<Reply> => {
    if (/[\r\n\0]/.test(line)) throw new DialogError("a command has a line break in it");
    socket.write(`${Buffer.from(line, "utf8").toString("latin1")}\r\n`, "latin1");
    return reader.next();
  };

  const greet = async (): Promise<void> => {
    const hello = await command(`${options.lmtp ? "LHLO" : "EHLO"} ${options.helo}`);
    if (hello.code === 250) {
      extensions = new Map(
        hello.text
          .split("\n")
          .slice(1)
          .map((line) => {
            const [keyword = "", ...rest] = line.trim().split(" ");
            return [keyword.toUpperCase(), rest.join(" ")] as const;
          }),
      );
      return;
    }
    const old = options.lmtp ? hello : await command(`HELO ${options.helo}`);
    if (old.code !== 250) throw new DialogError(`the server refused the greeting: ${old.code}`);
    extensions = new Map();
  };

  const encrypt = async (): Promise<void> => {
    const { use } = options.tls;
    if (use === "never") return;
    const mustEncrypt = use === "must";
    if (!extensions.has("STARTTLS")) {
      if (mustEncrypt)
        throw new TlsError("the server offers no STARTTLS", "starttls-not-supported");
      return;
    }
    const answer = await command("STARTTLS");
    if (answer.code !== 220) {
      if (mustEncrypt) throw new TlsError("the server refused STARTTLS", "starttls-not-supported");
      return;
    }
    if (reader.hasMore()) throw new DialogError("the server sent more than its answer to STARTTLS");
    reader.detach();
    socket = await upgrade(socket, options);
    reader = createReader(socket, options.commandSeconds);
    isEncrypted = true;
    await greet();
  };

  try {
    const greeting = await reader.next();
    if (greeting.code !== 220) throw new DialogError(`the server greeted with ${greeting.code}`);
    await greet();
    await encrypt();
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return {
    command,
    message: async (bytes) => {
      let last = "\r\n";
      for await (const chunk of bytes) {
        const text = last + chunk.toString("latin1");
        const stuffed = text.replace(/\r\n\./g, "\r\n..").slice(last.length);
        last = text.slice(-2);
        if (!socket.write(stuffed, "latin1")) await drained(socket);
      }
      socket.write(last === "\r\n" ? ".\r\n" : "\r\n.\r\n");
      return reader.next();
    },
    extensions: () => extensions,
    isEncrypted: () => isEncrypted,
    isVerified: () => isEncrypted && options.tls.verify !== null,
    close: () => {
      socket.end("QUIT\r\n");
      setTimeout(() => socket.destroy(), 1000).unref();
    },
  };
};

const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.once("drain", done);
    socket.once("close", done); // the reader says so
  });

const connectSocket = (options: DialogOptions): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connectPlain({
      host: options.address,
      port: options.port,
      ...(options.sourceAddress === null ? {} : { localAddress: options.sourceAddress }),
    });
    const timer = setTimeout(
      () => fail(new Error("no connection in time")),
      options.connectSeconds * 1000,
    );
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new DialogError(error.message, { cause: error }));
    };
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      socket.on("error", () => {}); // the reader hears of the end
      resolve(socket);
    });
  });

const upgrade = (socket: Socket, options: DialogOptions): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const { tls, name, clientCertificate } = options;
    const secure = connectTls({
      socket,
      secureContext: secureContextOf(tls, clientCertificate),
      rejectUnauthorized: false, // we look ourselves, below
      ...(isIP(name) === 0 ? { servername: name } : {}),
    });
    const timer = setTimeout(
      () => fail(new HandshakeError("no TLS in time", "validation-failure")),
      options.commandSeconds * 1000,
    );
    const fail = (error: DialogError): void => {
      clearTimeout(timer);
      secure.destroy();
      reject(error);
    };
    const onError = (error: Error): void =>
      fail(new HandshakeError(error.message, "validation-failure", error));
    const onClose = (): void =>
      fail(new HandshakeError("the server closed the connection", "validation-failure"));
    secure.once("error", onError);
    secure.once("close", onClose);
    secure.once("secureConnect", () => {
      const problem = tls.verify === null ? null : verifyPeer(secure, tls.verify);
      if (problem !== null) {
        secure.off("error", onError);
        secure.on("error", () => {}); // it is told already
        fail(new TlsError(problem.text, problem.kind));
        return;
      }
      clearTimeout(timer);
      secure.off("error", onError);
      secure.off("close", onClose);
      secure.on("error", () => {}); // the reader hears of the end
      resolve(secure);
    });
  });

const createReader = (socket: Socket, seconds: number) => {
  let received = "";
  let wake: (() => void) | null = null;
  let ended: DialogError | null = null;
  const onData = (chunk: Buffer): void => {
    received += chunk.toString("latin1");
    if (received.length > maximumReply) {
      ended = new DialogError("the server's reply is too long");
      socket.destroy();
    }
    wake?.();
  };
  const onEnd = (): void => {
    ended ??= new DialogError("the server closed the connection");
    wake?.();
  };
  socket.on("data", onData);
  socket.on("close", onEnd);
  return {
    hasMore: () => received !== "",
    detach: () => {
      socket.off("data", onData);
      socket.off("close", onEnd);
    },
    next: (): Promise<Reply> =>
      new Promise((resolve, reject) => {
        const finish = (result: Reply | DialogError): void => {
          clearTimeout(timer);
          wake = null;
          if (result instanceof DialogError) {
            socket.destroy();
            reject(result);
          } else resolve(result);
        };
        const timer = setTimeout(
          () => finish(new DialogError("the server did not answer in time")),
          seconds * 1000,
        );
        wake = () => {
          if (isCompleteReply(received)) {
            const reply = parseReply(received);
            received = "";
            finish(reply ?? new DialogError("the server's reply is none"));
          } else if (ended !== null) finish(ended);
        };
        wake();
      }),
  };
};
