/**
 * The open ports of this worker, kept like the live settings say. A listener that
 * cannot be bound is reported and tried again; it stops no other. Connections
 * outlive a change of their listener.
 */
import { createServer, type Server } from "node:net";
import type { LiveSnapshot, Snapshot } from "../config/snapshot.ts";
import type { SmtpConnection } from "../session/connection.ts";
import { replies } from "../session/reply.ts";
import type { SessionParts } from "../session/session.ts";
import { createConnectionLimit } from "./connection-limit.ts";
import { createSmtpListener, type SmtpListener } from "./smtp-listener.ts";

export type ListenerState = {
  readonly listener: string;
  readonly address: string;
  readonly port: number;
  readonly state: "listening" | "failed";
  readonly error: string | null;
  readonly connections: number;
};

export type ListenerSet = {
  readonly status: () => readonly ListenerState[];
  /** Resolves when every port of the live settings was tried once. */
  readonly ready: Promise<void>;
  readonly close: (graceMilliseconds?: number) => Promise<void>;
};

type Port = { server: Server; error: string | null; isOpen: boolean };

const bindErrors: Readonly<Record<string, string>> = {
  EADDRINUSE: "The port is in use by another program. Stop it, or choose another port.",
  EACCES: "This port needs root. Start as root, or choose a port above 1023.",
  EADDRNOTAVAIL: "This machine does not have the address.",
};

/** "any" is both families where the machine has both. */
const addressesOf = (text: string): string[] =>
  text.trim().toLowerCase() === "any"
    ? ["::"]
    : text
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== "");

export const createListenerSet = (options: {
  snapshot: LiveSnapshot;
  parts: SessionParts;
  report?: () => void;
}): ListenerSet => {
  const { snapshot: live, parts } = options;
  const ports = new Map<string, Port>();
  const handlers = new Map<string, SmtpListener>();
  const limits = new Map<string, ReturnType<typeof createConnectionLimit>>();
  const connections = new Set<SmtpConnection>();
  let isClosed = false;

  const wanted = (
    snapshot: Snapshot,
  ): Map<string, { listener: string; address: string; port: number }> => {
    const result = new Map<string, { listener: string; address: string; port: number }>();
    for (const [id, listener] of Object.entries(snapshot.settings.listeners)) {
      if (!listener.enabled) continue;
      for (const address of addressesOf(listener.address)) {
        result.set(`${id} ${address} ${listener.port}`, {
          listener: id,
          address,
          port: listener.port,
        });
      }
    }
    return result;
  };

  const bind = (
    key: string,
    place: { listener: string; address: string; port: number },
  ): Promise<void> =>
    new Promise((resolve) => {
      const server = createServer({ pauseOnConnect: false, noDelay: true }, (socket) => {
        const handler = handlers.get(place.listener);
        if (handler === undefined || isClosed) socket.destroy();
        else handler.accept(socket);
      });
      const port: Port = { server, error: null, isOpen: false };
      ports.set(key, port);
      const attempt = (address: string): void => {
        server.removeAllListeners("error");
        server.once("error", (error: NodeJS.ErrnoException) => {
          if (
            address === "::" &&
            (error.code === "EAFNOSUPPORT" || error.code === "EADDRNOTAVAIL")
          ) {
            attempt("0.0.0.0"); // a machine without IPv6
            return;
          }
          port.error = bindErrors[error.code ?? ""] ?? error.message;
          server.on("error", () => {});
          resolve();
          options.report?.();
        });
        server.listen({ host: address, port: place.port, backlog: 1024 }, () => {
          port.isOpen = true;
          port.error = null;
          server.removeAllListeners("error");
          server.on("error", () => {}); // accept may fail for a moment (out of descriptors)
          resolve();
          options.report?.();
        });
      };
      attempt(place.address);
    });

  const reconcile = async (snapshot: Snapshot): Promise<void> => {
    const places = wanted(snapshot);
    for (const id of new Set([...places.values()].map(({ listener }) => listener))) {
      const limit = limits.get(id) ?? createConnectionLimit();
      limits.set(id, limit);
      handlers.set(id, createSmtpListener({ id, snapshot, parts, limit, connections }));
    }
    for (const [key, port] of ports) {
      if (places.has(key) && port.isOpen) continue;
      port.server.close(); // stops accepting; sessions that are open go on
      ports.delete(key);
    }
    const missing = [...places].filter(([key]) => !ports.has(key));
    await Promise.all(missing.map(([key, place]) => bind(key, place)));
    options.report?.();
  };

  let work = reconcile(live.current());
  const ready = work;
  const change = (): void => {
    work = work.then(() => (isClosed ? undefined : reconcile(live.current())));
  };
  const forget = live.onChange(change);
  const retry = setInterval(() => {
    if ([...ports.values()].some((port) => !port.isOpen)) change();
  }, 10_000);
  const ticking = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.tick(now);
  }, 1000);
  retry.unref();
  ticking.unref();

  return {
    ready,
    status: () =>
      [...ports].map(([key, port]): ListenerState => {
        const [listener = "", address = "", number = "0"] = key.split(" ");
        return {
          listener,
          address: address === "::" ? "any" : address,
          port: Number(number),
          state: port.isOpen ? "listening" : "failed",
          error: port.error ?? handlers.get(listener)?.problem ?? null,
          connections: limits.get(listener)?.count() ?? 0,
        };
      }),
    close: async (grace = 10_000) => {
      isClosed = true;
      forget();
      clearInterval(retry);
      clearInterval(ticking);
      for (const port of ports.values()) port.server.close();
      for (const connection of connections) {
        if (connection.mail.transaction === null) connection.reply(replies.shuttingDown);
      }
      const deadline = performance.now() + grace;
      while (connections.size > 0 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        for (const connection of connections) {
          if (connection.mail.transaction === null && !connection._closing)
            connection.reply(replies.shuttingDown);
        }
      }
      for (const connection of connections) connection._socket.destroy();
    },
  };
};
