/**
 * Takes accepted sockets of one listener through limits, PROXY header, TLS and
 * IP policy to an SMTP session. A new revision makes a new one for new
 * connections; sessions that are open keep what they began with.
 */
import type { Socket } from "node:net";
import tls from "node:tls";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import type { Snapshot } from "../config/snapshot.ts";
import type { TlsFacts } from "../flows/flow-input.ts";
import { isListed } from "../session/commands.ts";
import { decideConnection } from "../session/connect.ts";
import { handshakeSeconds, SmtpConnection } from "../session/connection.ts";
import { Departure } from "../session/departure.ts";
import { plainAddress } from "../session/plain-address.ts";
import { formatReply, replies } from "../session/reply.ts";
import { endSession, newId, type Session, type SessionParts } from "../session/session.ts";
import type { Admission, ConnectionLimit } from "./connection-limit.ts";
import { type ProxiedAddresses, readProxyHeader } from "./proxy-header.ts";
import type { TicketKeys } from "./ticket-keys.ts";
import { type ListenerTls, listenerTls } from "./tls-context.ts";

/** TLS from the first byte, before there is a session. */
export type Handshake = {
  /** Milliseconds of the monotonic clock. */
  readonly deadline: number;
  readonly giveUp: () => void;
};

export type SmtpListener = {
  readonly accept: (socket: Socket) => void;
  readonly problem: string | null;
};

const tlsOptions = ({ fallback, contextFor }: ListenerTls): SMTPServerOptions => ({
  ...fallback,
  SNICallback: (name, callback) => callback(null, contextFor(name) ?? undefined),
});

const factsOf = (socket: tls.TLSSocket): TlsFacts => {
  const { name } = socket.getCipher();
  return {
    protocol: socket.getProtocol() ?? "",
    cipher: name,
    keySize: Number(/(?:AES_?|CHACHA)(\d{3})/.exec(name)?.[1] ?? 256), // ChaCha20 has only one
  };
};

export const createSmtpListener = (options: {
  id: string;
  snapshot: Snapshot;
  parts: SessionParts;
  limit: ConnectionLimit;
  connections: Set<SmtpConnection>;
  handshakes: Set<Handshake>;
  ticketKeys?: TicketKeys | undefined;
}): SmtpListener => {
  const { id, snapshot, parts, limit, connections, handshakes } = options;
  const listener = snapshot.settings.listeners[id];
  if (listener === undefined) throw new Error(`no listener ${id}`);
  const security = listenerTls(snapshot, listener, options.ticketKeys);
  const hostName = listener.hostName || snapshot.settings.gateway.hostName || parts.hostName;
  const isImplicit = listener.tls.mode === "implicit";

  const sessionParts: SessionParts = { ...parts, hostName };

  const open = new WeakMap<object, SmtpConnection>();

  const serverOptions: SMTPServerOptions & { repairLineEnds: boolean; refuseLongLines: boolean } = {
    name: hostName,
    secure: isImplicit,
    ...(security.tls === null ? {} : tlsOptions(security.tls)),
    hideSTARTTLS: security.tls === null || isImplicit,
    disableReverseLookup: true,
    logger: false,
    repairLineEnds: listener.bareLineEnds === "normalize",
    refuseLongLines: listener.longLines === "reject",
    onSecure: (socket, session, callback) => {
      if (socket instanceof tls.TLSSocket) open.get(session)?.becameSecure(factsOf(socket));
      callback();
    },
  };
  const server = new SMTPServer(serverOptions);
  server.on("error", () => {}); // one client's trouble; its session has its record

  let toldAt = Number.NEGATIVE_INFINITY;
  /** At most one line a second: a flood of connections must not be one of the log. */
  const tell = (text: string): void => {
    if (performance.now() - toldAt < 1000) return;
    toldAt = performance.now();
    parts.history.log({ level: "warn", component: "listener", text: `${id}: ${text}` });
  };

  const limits = {
    total: listener.maximumConnections,
    perClient: listener.maximumConnectionsPerClient,
    perMinute: listener.connectionsPerMinute,
  };

  const begin = async (
    socket: Socket,
    proxied: ProxiedAddresses | null,
    release: () => void,
  ): Promise<void> => {
    const session: Session = {
      id: newId(parts.clock().getTime()),
      snapshot,
      listenerId: id,
      listener,
      parts: sessionParts,
      clientAddress: proxied?.clientAddress ?? plainAddress(socket.remoteAddress),
      clientPort: proxied?.clientPort ?? socket.remotePort ?? 0,
      serverAddress: proxied?.serverAddress ?? plainAddress(socket.localAddress),
      serverPort: proxied?.serverPort ?? socket.localPort ?? 0,
      helo: "",
      isExtended: false,
      tls: null,
      signIn: null,
      context: new Map(),
      transaction: null,
      transactions: 0,
      hasSpoken: false,
      isFinished: false,
      events: [],
      traces: [],
      failure: null,
      cancel: new Departure(),
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
        () => {
          connections.delete(connection);
          release();
        },
      );
      open.set(connection.session, connection);
      server.connections.add(connection);
      connections.add(connection);
      connection.on("error", () => {});
      if (transport instanceof tls.TLSSocket) connection.becameSecure(factsOf(transport));
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
    const fail = (why: string): void => {
      handshakes.delete(handshake);
      secured.destroy();
      if (session.failure !== null) return;
      session.failure = {
        stage: "connect",
        outcome: "failed",
        reply: `TLS failed: ${why}`,
        trace: null,
      };
      endSession(session);
    };
    const onError = (error: Error): void => fail(error.message);
    const handshake: Handshake = {
      deadline: parts.monotonic() + handshakeSeconds * 1000,
      giveUp: () => fail("no handshake in time"),
    };
    handshakes.add(handshake);
    const onEnd = (): void => fail("the client closed the connection");
    secured.on("error", onError);
    secured.once("end", onEnd);
    secured.once("close", () => handshakes.delete(handshake));
    secured.once("secure", () => {
      secured.off("end", onEnd);
      handshakes.delete(handshake);
      secured.off("error", onError);
      secured.on("error", () => secured.destroy());
      start(secured);
    });
  };

  return {
    problem: security.problem,
    accept: (socket) => {
      socket.on("error", () => socket.destroy()); // resets happen at every moment
      socket.setNoDelay(true);
      const peer = plainAddress(socket.remoteAddress);
      const dropped = (error: unknown): void => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        parts.history.log({ level: "error", component: "listener", text: `${id}: ${text}` });
        socket.destroy();
      };
      const isBalancer = isListed(listener.proxyPeers, peer);
      const enter = (address: string, proxied: ProxiedAddresses | null): void => {
        const settle = (admission: Admission): void => {
          if (admission !== "admitted") {
            const reply =
              admission === "too-many" ? replies.tooManyConnections : replies.connectingTooFast;
            tell(`${address} was turned away: ${reply.text}`);
            socket.end(isImplicit ? "" : formatReply(reply));
            setTimeout(() => socket.destroy(), 5000).unref();
            return;
          }
          let isHeld = true;
          const release = (): void => {
            if (isHeld) limit.release(address);
            isHeld = false;
          };
          socket.once("close", release); // STARTTLS takes this listener away; the connection's end counts too
          if (socket.closed)
            release(); // it left while we asked
          else begin(socket, proxied, release).catch(dropped);
        };
        const admission = limit.admit(address, limits, Date.now());
        if (admission instanceof Promise) admission.then(settle, dropped);
        else settle(admission);
      };
      if (isImplicit && security.tls === null) {
        socket.destroy();
        return;
      }
      if (!isBalancer) {
        enter(peer, null);
        return;
      }
      readProxyHeader(socket)
        .then((proxied) => enter(proxied?.clientAddress ?? peer, proxied))
        .catch((error: unknown) => {
          tell(
            `${peer} is a PROXY peer, but ${error instanceof Error ? error.message : "it failed"}`,
          );
          socket.destroy();
        });
    },
  };
};
