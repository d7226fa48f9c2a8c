/**
 * LISTEN on some channels, for as long as the process lives. A broken
 * connection is opened again and every listener called once, because what was
 * said meanwhile is not known. Notices wake; polling is the truth.
 */
import pg from "pg";
import { connectionOptions, type DatabaseAddress } from "./connection.ts";

export type Notifications = {
  readonly on: (channel: string, listener: (payload: string) => void) => () => void;
  readonly close: () => Promise<void>;
};

export const createNotifications = (address: DatabaseAddress): Notifications => {
  const listeners = new Map<string, Set<(payload: string) => void>>();
  let client: pg.Client | null = null;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  /** A connection takes one statement at a time. */
  let last: Promise<void> = Promise.resolve();

  const tell = (channel: string, payload: string): void => {
    for (const listener of listeners.get(channel) ?? []) listener(payload);
  };

  /** One connection at a time, and after its end one other: a database that is away for long must not find a crowd when it is back. */
  const start = async (): Promise<void> => {
    const next = new pg.Client({
      ...connectionOptions(address),
      application_name: "sluice notices",
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    let isOver = false;
    const over = (): void => {
      if (isOver) return; // an end is told more than once
      isOver = true;
      if (client === next) client = null;
      next.end().catch(() => {}); // it may never have begun
      if (!closed) timer = setTimeout(start, 1000);
    };
    next.on("notification", (message) => tell(message.channel, message.payload ?? ""));
    next.on("error", over);
    next.on("end", over);
    try {
      await next.connect();
      if (isOver || closed) return over();
      client = next;
      for (const channel of listeners.keys())
        await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      for (const channel of listeners.keys()) tell(channel, "");
    } catch {
      over();
    }
  };
  void start();

  return {
    on: (channel, listener) => {
      const existing = listeners.get(channel);
      if (existing === undefined) {
        listeners.set(channel, new Set([listener]));
        const ask = async (): Promise<void> => {
          await client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
        };
        last = last.then(ask).catch(() => {}); // connect() repeats it
      } else existing.add(listener);
      return () => listeners.get(channel)?.delete(listener);
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
};
