/**
 * The open ports of this worker, kept like the live settings say. A listener that
 * cannot be bound is reported and tried again; it stops no other. Connections
 * outlive a change of their listener, and keep the settings they began with.
 */
import { createServer, type Server, type Socket } from "node:net";
import type { LiveSnapshot, Snapshot } from "../config/snapshot.ts";
import type { SmtpConnection } from "../session/connection.ts";
import { replies } from "../session/reply.ts";
import type { SessionParts } from "../session/session.ts";
import { type ConnectionLimit, createConnectionLimit } from "./connection-limit.ts";
import { releaseFailedHandles } from "./failed-handles.ts";
import { listenerAt, type Place, placesOf } from "./places.ts";
import { createSmtpListener, type Handshake, type SmtpListener } from "./smtp-listener.ts";
import type { TicketKeys } from "./ticket-keys.ts";

export type ListenerState = {
  readonly listener: string;
  readonly address: string;
  readonly port: number;
  readonly state: "listening" | "failed";
  /** What is wrong and what to do; a listener may be open and have trouble with its TLS. */
  readonly error: string | null;
  readonly connections: number;
};

export type ListenerSet = {
  readonly status: () => readonly ListenerState[];
  /** The revision of the settings whose ports were all tried. */
  readonly revision: () => number;
  /** Resolves when every port of the live settings was tried once. */
  readonly ready: Promise<void>;
  /** Stops accepting, lets messages that are under way end, and closes the rest. */
  readonly close: (graceMilliseconds?: number) => Promise<void>;
};

export type ListenerSetOptions = {
  readonly snapshot: LiveSnapshot;
  readonly parts: Omit<SessionParts, "monotonic"> & Partial<Pick<SessionParts, "monotonic">>;
  /** Who counts the connections of a listener; this process alone without it. */
  readonly limitFor?: (listener: string) => ConnectionLimit;
  /** Shared by all workers; without it only this process resumes its sessions. */
  readonly ticketKeys?: TicketKeys;
  /** The state of a port has changed. */
  readonly report?: () => void;
  readonly tickMilliseconds?: number;
  readonly retryMilliseconds?: number;
};

type Port = { readonly server: Server; error: string | null; isOpen: boolean };

const bindErrors: Readonly<Record<string, string>> = {
  EADDRINUSE: "The port is in use by another program. Stop it, or choose another port.",
  EACCES: "This port needs root. Start as root, or choose a port above 1023.",
  EADDRNOTAVAIL: "This machine does not have the address.",
};
const noIpv6 = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL"]);

export const createListenerSet = (options: ListenerSetOptions): ListenerSet => {
  const { snapshot: live, tickMilliseconds = 1000, retryMilliseconds = 2000 } = options;
  const { limitFor = createConnectionLimit, ticketKeys } = options;
  const parts: SessionParts = { monotonic: () => performance.now(), ...options.parts };
  const ports = new Map<string, Port>();
  const handlers = new Map<string, SmtpListener | string>();
  const limits = new Map<string, ConnectionLimit>();
  const connections = new Set<SmtpConnection>();
  const handshakes = new Set<Handshake>();
  let places: readonly Place[] = [];
  releaseFailedHandles();
  let isClosed = false;
  let revision = 0;

  const route = (socket: Socket, port: number): void => {
    const id = listenerAt(places, socket.localAddress ?? "", port);
    const handler = id === null ? undefined : handlers.get(id);
    if (isClosed || handler === undefined || typeof handler === "string") socket.destroy();
    else handler.accept(socket);
  };

  const bind = (key: string): Promise<void> =>
    new Promise((resolve) => {
      const [address = "", number = "0"] = key.split(" ");
      const port = Number(number);
      const server = createServer(
        // a client that has said everything may close its side and still wants its replies
        { noDelay: true, allowHalfOpen: true },
        (socket) => route(socket, port),
      );
      const entry: Port = { server, error: null, isOpen: false };
      ports.set(key, entry);
      const settle = (error: string | null): void => {
        entry.error = error;
        entry.isOpen = error === null;
        server.removeAllListeners("error");
        server.on("error", () => {}); // accept may fail for a moment (out of descriptors)
        resolve();
      };
      const attempt = (host: string): void => {
        server.removeAllListeners("error");
        server.once("error", (error: NodeJS.ErrnoException) => {
          if (host === "::" && noIpv6.has(error.code ?? "")) attempt("0.0.0.0");
          else settle(bindErrors[error.code ?? ""] ?? error.message);
        });
        server.listen({ host, port, backlog: 1024 }, () => settle(null));
      };
      attempt(address);
    });

  const reconcile = async (snapshot: Snapshot): Promise<void> => {
    places = placesOf(snapshot.settings);
    const ids = new Set(places.map(({ listener }) => listener));
    for (const id of handlers.keys()) if (!ids.has(id)) handlers.delete(id);
    for (const id of ids) {
      const limit = limits.get(id) ?? limitFor(id);
      limits.set(id, limit);
      try {
        const shared = { parts, limit, connections, handshakes, ticketKeys };
        handlers.set(id, createSmtpListener({ id, snapshot, ...shared }));
      } catch (error) {
        handlers.set(id, error instanceof Error ? error.message : String(error));
      }
    }
    const wanted = new Set(
      places.filter(({ problem }) => problem === null).map(({ socket }) => socket),
    );
    for (const [key, port] of ports) {
      if (wanted.has(key) && port.isOpen) continue;
      port.server.close(); // stops accepting; sessions that are open go on
      ports.delete(key);
    }
    await Promise.all([...wanted].filter((key) => !ports.has(key)).map(bind));
    revision = snapshot.revision;
    options.report?.();
  };

  let work = reconcile(live.current());
  const ready = work;
  const change = (): void => {
    work = work.then(() => (isClosed ? undefined : reconcile(live.current())));
  };
  const forget = live.onChange(change);
  const forgetKeys = ticketKeys?.onChange(change);
  const retry = setInterval(() => {
    if ([...ports.values()].some(({ isOpen }) => !isOpen)) change();
  }, retryMilliseconds);
  const ticking = setInterval(() => {
    const now = parts.monotonic();
    for (const connection of connections) connection.tick(now);
    for (const handshake of handshakes) if (now > handshake.deadline) handshake.giveUp();
  }, tickMilliseconds);
  retry.unref();
  ticking.unref();

  const stateOf = (place: Place): ListenerState => {
    const port = ports.get(place.socket);
    const handler = handlers.get(place.listener);
    const failure =
      place.problem ??
      (typeof handler === "string" ? handler : null) ??
      (port?.isOpen === true ? null : (port?.error ?? "It is being opened."));
    const warning = typeof handler === "object" ? handler.problem : null;
    return {
      listener: place.listener,
      address: place.shown,
      port: place.port,
      state: failure === null ? "listening" : "failed",
      error: failure ?? warning,
      connections: limits.get(place.listener)?.count() ?? 0,
    };
  };

  return {
    ready,
    status: () => places.map(stateOf),
    revision: () => revision,
    close: async (grace = 10_000) => {
      isClosed = true;
      forget();
      forgetKeys?.();
      clearInterval(retry);
      await work;
      for (const port of ports.values()) port.server.close();
      for (const handshake of handshakes) handshake.giveUp();
      const deadline = performance.now() + grace;
      while (connections.size > 0 && performance.now() < deadline) {
        for (const connection of connections) {
          if (connection.isIdle) connection.reply(replies.shuttingDown);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      clearInterval(ticking);
      for (const connection of connections) {
        connection.reply(replies.shuttingDown);
        connection._socket.destroySoon();
      }
    },
  };
};
