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

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      ...connectionOptions(address),
      application_name: "sluice notices",
      keepAlive: true,
    });
    next.on("notification", (message) => tell(message.channel, message.payload ?? ""));
    const again = (): void => {
      if (client !== next && client !== null) return;
      client = null;
      if (!closed) timer = setTimeout(start, 1000);
    };
    next.on("error", again);
    next.on("end", again);
    await next.connect();
    client = next;
    for (const channel of listeners.keys())
      await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    for (const channel of listeners.keys()) tell(channel, "");
  };

  const start = (): void => {
    clearTimeout(timer);
    connect().catch(() => {
      if (!closed) timer = setTimeout(start, 1000);
    });
  };
  start();

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
