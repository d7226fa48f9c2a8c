/** The steps before a message: TCP, EHLO, TLS. */
import { connect as connectSocket, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { ConnectError, HandshakeError } from "./connect-error.ts";
import type { WireReply } from "./reply-reader.ts";
import type { ClientOptions, ResolvedHost } from "./smtp-message.ts";
import type { Wire } from "./smtp-wire.ts";
import { secureContextOf, verifyPeer } from "./tls-policy.ts";

/** Keywords of EHLO in capitals, with their parameters. */
export type Extensions = ReadonlyMap<string, string>;

export const connectTo = (host: ResolvedHost, options: ClientOptions): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connectSocket({
      host: host.address,
      port: host.port,
      noDelay: true,
      ...(options.sourceAddress === null ? {} : { localAddress: options.sourceAddress }),
    });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new ConnectError(0, "4.4.1", "no connection in time"));
    }, options.connectSeconds * 1000);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (error: Error & { code?: string }) => {
      clearTimeout(timer);
      reject(
        new ConnectError(0, "4.4.1", `no connection (${error.code ?? error.message})`, {
          cause: error,
        }),
      );
    });
  });

/** EHLO, or HELO for servers that know no other; LHLO for LMTP. */
export const sayHello = async (wire: Wire, options: ClientOptions): Promise<Extensions> => {
  const verb = options.protocol === "lmtp" ? "LHLO" : "EHLO";
  wire.ask(1, `${verb} ${options.helo}\r\n`);
  const reply = await wire.reply(options.commandSeconds, verb);
  if (reply.code === 250) {
    options.onStep?.("hello", reply.lines.filter((line) => line.trim() !== "").join(", "));
    return new Map(
      reply.lines.slice(1).map((line) => {
        const [name = "", ...parameters] = line.trim().split(/[ =]+/);
        return [name.toUpperCase(), parameters.join(" ")];
      }),
    );
  }
  if (options.protocol === "lmtp" || reply.code < 500) throw refusedAtStart(reply);
  wire.ask(1, `HELO ${options.helo}\r\n`);
  const old = await wire.reply(options.commandSeconds, "HELO");
  if (old.code !== 250) throw refusedAtStart(old);
  options.onStep?.("hello", `only HELO: ${old.text}`);
  return new Map();
};

/** RFC 7504: only 521 and 556 say that there will never be mail here; other refusals pass. */
export const refusedAtStart = (reply: WireReply): ConnectError => {
  const isForGood = reply.code === 521 || reply.code === 556;
  const isTransient = reply.code >= 400 && reply.code < 500;
  return new ConnectError(
    isForGood || isTransient ? reply.code : 451,
    isForGood || isTransient ? reply.status : null,
    reply.text,
  );
};

/** TLS over this socket, and a peer that is who it should be. */
export const secure = (
  socket: Socket,
  host: ResolvedHost,
  options: ClientOptions,
): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const { verify } = options.tls;
    const serverName = verify?.kind === "dane" ? (verify.names[0] ?? host.name) : host.name;
    const secured = connectTls({
      socket,
      secureContext: secureContextOf(options.tls, options.clientCertificate),
      rejectUnauthorized: false, // we look ourselves, below
      ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    });
    const fail = (problem: ConnectError): void => {
      clearTimeout(timer);
      secured.destroy();
      socket.destroy();
      reject(problem);
    };
    const timer = setTimeout(
      () =>
        fail(
          new HandshakeError(0, "4.7.5", "no TLS handshake in time", { tls: "validation-failure" }),
        ),
      options.commandSeconds * 1000,
    );
    const onError = (error: Error & { code?: string }): void =>
      fail(
        new HandshakeError(0, "4.7.5", `TLS failed (${error.code ?? error.message})`, {
          cause: error,
          tls: "validation-failure",
        }),
      );
    const onClose = (): void =>
      fail(new HandshakeError(0, "4.7.5", "TLS failed (closed)", { tls: "validation-failure" }));
    secured.on("error", onError);
    secured.on("close", onClose);
    secured.once("secureConnect", () => {
      const problem = verify === null ? null : verifyPeer(secured, verify);
      if (problem !== null) {
        fail(new ConnectError(0, "4.7.5", problem.text, { tls: problem.kind }));
        return;
      }
      clearTimeout(timer);
      secured.off("error", onError);
      secured.off("close", onClose);
      resolve(secured);
    });
  });
