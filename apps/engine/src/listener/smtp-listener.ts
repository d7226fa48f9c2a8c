/**
 * Takes accepted sockets of one listener through limits, PROXY header, TLS and
 * IP policy to an SMTP session. A new revision makes a new one for new
 * connections; sessions that are open keep what they began with.
 */
import type { Socket } from "node:net";
import tls from "node:tls";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import type { Snapshot } from "../config/snapshot.ts";
import { decideConnection } from "../session/connect.ts";
import { isListed, SmtpConnection } from "../session/connection.ts";
import { replies, replyText, type SessionReply } from "../session/reply.ts";
import { endSession, newId, type Session, type SessionParts } from "../session/session.ts";
import type { ConnectionLimit } from "./connection-limit.ts";
import { type ProxiedAddresses, readProxyHeader } from "./proxy-header.ts";
import { listenerTls } from "./tls-context.ts";

export type SmtpListener = {
  readonly accept: (socket: Socket) => void;
  readonly problem: string | null;
};

const plainAddress = (address: string | undefined): string =>
  (address ?? "").replace(/^::ffff:/i, "");

const failure = ({ code, status, text }: SessionReply): Error =>
  Object.assign(new Error(`${status} ${text}`), { responseCode: code });

export const createSmtpListener = (options: {
  id: string;
  snapshot: Snapshot;
  parts: SessionParts;
  limit: ConnectionLimit;
  connections: Set<SmtpConnection>;
}): SmtpListener => {
  const { id, snapshot, parts, limit, connections } = options;
  const listener = snapshot.settings.listeners[id];
  if (listener === undefined) throw new Error(`no listener ${id}`);
  const security = listenerTls(snapshot, listener);
  const hostName = listener.hostName || snapshot.settings.gateway.hostName || parts.hostName;
  const isImplicit = listener.tls.mode === "implicit";

  const open = new WeakMap<object, SmtpConnection>();
  const connectionOf = (session: object): SmtpConnection => {
    const connection = open.get(session);
    if (connection === undefined) throw new Error("a session without its connection");
    return connection;
  };

  const serverOptions: SMTPServerOptions & { repairLineEnds: boolean } = {
    name: hostName,
    secure: isImplicit,
    ...(security.tls === null
      ? {}
      : { ...security.tls.fallback, sniOptions: new Map(security.tls.byName) as never }), // a Map is what the library wants
    hideSTARTTLS: security.tls === null || isImplicit,
    lmtp: listener.protocol === "lmtp",
    size: listener.maximumMessageBytes,
    authOptional: true,
    authMethods: ["PLAIN", "LOGIN"],
    allowInsecureAuth: !listener.authenticationNeedsTls,
    disableReverseLookup: true,
    hideDSN: false,
    hideENHANCEDSTATUSCODES: false,
    hideREQUIRETLS: false,
    disabledCommands: ["WIZ", "SHELL", "KILL", "XFORWARD"],
    logger: false,
    repairLineEnds: listener.bareLineEnds === "normalize",
    onAuth: (auth, session, callback) => {
      const connection = connectionOf(session);
      if (auth.method === "XCLIENT") {
        connection.mail.signIn = auth.username ?? null;
        callback(null, { user: auth.username });
        return;
      }
      connection
        .authenticate(auth.username ?? "", auth.password ?? "", auth.method)
        .then((result) =>
          typeof result === "string" ? callback(null, { user: result }) : callback(failure(result)),
        )
        .catch(() => callback(failure(replies.signInDeferred(""))));
    },
    onMailFrom: (address, session, callback) => {
      const refusal = connectionOf(session).begin(address);
      if (refusal === null) callback();
      else callback(failure(refusal));
    },
    onRcptTo: (address, session, callback) => {
      connectionOf(session)
        .take(address as never) // exactOptionalPropertyTypes: the library writes undefined
        .then((refusal) => (refusal === null ? callback() : callback(failure(refusal))))
        .catch(() => callback(failure(replies.recipientDeferred(""))));
    },
    onSecure: (socket, session, callback) => {
      if (!(socket instanceof tls.TLSSocket)) return callback();
      const connection = open.get(session);
      const cipher = socket.getCipher();
      connection?.becameSecure({
        protocol: socket.getProtocol() ?? "",
        cipher: cipher.name,
        keySize: Number(/(\d{3})/.exec(cipher.name)?.[1] ?? 0),
      });
      callback();
    },
  };
  const server = new SMTPServer(serverOptions);
  server.on("error", () => {}); // one client's trouble; its session has its record

  const begin = async (socket: Socket, proxied: ProxiedAddresses | null): Promise<void> => {
    const session: Session = {
      id: newId(parts.clock().getTime()),
      snapshot,
      listenerId: id,
      listener,
      parts: { ...parts, hostName },
      clientAddress: proxied?.clientAddress ?? plainAddress(socket.remoteAddress),
      clientPort: proxied?.clientPort ?? socket.remotePort ?? 0,
      serverAddress: proxied?.serverAddress ?? plainAddress(socket.localAddress),
      serverPort: proxied?.serverPort ?? socket.localPort ?? 0,
      helo: "",
      tls: null,
      signIn: null,
      context: new Map(),
      transaction: null,
      transactions: 0,
      events: [],
      traces: [],
      failure: null,
      cancel: new AbortController(),
    };
    const waiting = decideConnection(session);
    const refusal = waiting instanceof Promise ? await waiting : waiting;
    if (socket.destroyed) return;
    if (refusal !== null) {
      socket.end(refusal.map((line) => `${line}\r\n`).join(""), "utf8");
      setTimeout(() => socket.destroy(), 5000).unref();
      endSession(session);
      return;
    }
    const start = (transport: Socket): void => {
      const connection = new SmtpConnection(
        server,
        transport,
        {
          id: session.id,
          localAddress: session.serverAddress,
          localPort: session.serverPort,
          remoteAddress: session.clientAddress,
          remotePort: session.clientPort,
        },
        session,
      );
      open.set(connection.session, connection);
      server.connections.add(connection);
      connections.add(connection);
      transport.once("close", () => connections.delete(connection));
      connection.on("error", () => {});
      connection.init();
    };
    if (!isImplicit) {
      start(socket);
      return;
    }
    const secured = new tls.TLSSocket(socket, {
      isServer: true,
      secureContext: server.secureContext.get("*"),
      SNICallback: (name, callback) => server._resolveSNI(name, callback),
    } as tls.TLSSocketOptions); // `secureContext` may be undefined only for a server without TLS
    const giveUp = setTimeout(() => secured.destroy(), 30_000);
    secured.on("error", () => secured.destroy());
    secured.once("secure", () => {
      clearTimeout(giveUp);
      start(secured);
    });
    secured.once("close", () => clearTimeout(giveUp));
  };

  return {
    problem: security.problem,
    accept: (socket) => {
      socket.on("error", () => socket.destroy()); // resets happen at every moment
      socket.setNoDelay(true);
      const peer = plainAddress(socket.remoteAddress);
      const limits = {
        total: listener.maximumConnections,
        perClient: listener.maximumConnectionsPerClient,
        perMinute: listener.connectionsPerMinute,
      };
      const isBalancer = isListed(listener.proxyPeers, peer);
      const admit = (address: string): boolean => {
        const admission = limit.admit(address, limits, Date.now());
        if (admission === "admitted") {
          socket.once("close", () => limit.release(address));
          return true;
        }
        const reply =
          admission === "too-many" ? replies.tooManyConnections : replies.connectingTooFast;
        socket.end(isImplicit ? "" : `${replyText(reply)}\r\n`);
        setTimeout(() => socket.destroy(), 5000).unref();
        return false;
      };
      if (isImplicit && security.tls === null) {
        socket.destroy();
        return;
      }
      if (!isBalancer) {
        if (admit(peer)) begin(socket, null).catch(() => socket.destroy());
        return;
      }
      readProxyHeader(socket)
        .then((proxied) => {
          if (admit(proxied?.clientAddress ?? peer)) return begin(socket, proxied);
          return undefined;
        })
        .catch(() => socket.destroy());
    },
  };
};
