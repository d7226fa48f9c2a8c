/** Connections that may carry another message, kept open for a while. */
import type { HopQueue } from "./hop-queue.ts";
import type { SmtpClient } from "./smtp-message.ts";

export type IdleConnections = {
  /** An open one of this hop, if there is one. */
  readonly take: (hop: HopQueue) => SmtpClient | null;
  readonly keep: (hop: HopQueue, client: SmtpClient) => void;
  readonly close: () => void;
};

const idleMilliseconds = 20_000;
/** Of all hops together: each is a file of the process. */
const most = 500;

export const createIdleConnections = (): IdleConnections => {
  const timers = new Map<SmtpClient, { hop: HopQueue; timer: NodeJS.Timeout }>();

  const drop = (client: SmtpClient): void => {
    const kept = timers.get(client);
    if (kept === undefined) return;
    clearTimeout(kept.timer);
    timers.delete(client);
    const index = kept.hop.idle.indexOf(client);
    if (index >= 0) kept.hop.idle.splice(index, 1);
  };

  return {
    take: (hop) => {
      for (;;) {
        const client = hop.idle.at(-1);
        if (client === undefined) return null;
        drop(client);
        if (client.isUsable()) return client;
      }
    },
    keep: (hop, client) => {
      const [oldest] = timers.keys();
      if (timers.size >= most && oldest !== undefined) {
        drop(oldest);
        oldest.close();
      }
      hop.idle.push(client);
      const timer = setTimeout(() => {
        drop(client);
        client.close();
      }, idleMilliseconds);
      timer.unref();
      timers.set(client, { hop, timer });
    },
    close: () => {
      for (const client of [...timers.keys()]) {
        drop(client);
        client.close();
      }
    },
  };
};
