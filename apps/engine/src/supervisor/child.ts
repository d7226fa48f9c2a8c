/**
 * The life of a child: says that it is there, gets its order, loads its part, drops
 * root, runs it, stops when told or when the supervisor is gone.
 */
import { flushCompileCache } from "node:module";
import { becomeUser } from "../database/system-user.ts";
import { createLedgerClient, type LedgerClient } from "../listener/ledger-client.ts";
import { createTicketKeys, type TicketKeys } from "../listener/ticket-keys.ts";
import type { Order, Report, Role, StartOrder } from "./orders.ts";
import { aliveMilliseconds } from "./silence.ts";

export type Part = { readonly describe: string; readonly stop: () => Promise<void> };

const report = (message: Report): void => {
  process.send?.(message);
};

const words = (error: unknown): string =>
  error instanceof Error
    ? `${error.message}${error.cause instanceof Error ? `\n  ${error.cause.message}` : ""}`
    : String(error);

type Shared = { readonly ledger: LedgerClient; readonly ticketKeys: TicketKeys };

/** Only what the role needs is loaded, and before root is dropped: our user may not be able to read it. */
const load = async (role: Role): Promise<(order: StartOrder, shared: Shared) => Promise<Part>> =>
  role === "control"
    ? (await import("./control.ts")).startControl
    : (await import("./worker.ts")).startWorker;

const start = async (order: StartOrder, shared: Shared): Promise<Part> => {
  process.title = `sluice ${order.name}`;
  const startPart = await load(order.role);
  flushCompileCache();
  becomeUser(order.user);
  return startPart(order, shared);
};

export const runChild = async (): Promise<void> => {
  let part: Promise<Part> | null = null;
  let ticketKeys: ReturnType<typeof createTicketKeys> | null = null;
  const ledger = createLedgerClient({
    send: (asks) => {
      if (process.connected) report({ kind: "asks", asks });
    },
  });

  const stop = async (): Promise<void> => {
    try {
      await (await part)?.stop();
      process.exit(0);
    } catch (error) {
      console.error(words(error));
      process.exit(1);
    }
  };

  // A bug that nobody caught: what is in memory can no longer be trusted. Leases expire, the rest is committed.
  const fail = (error: unknown): void => {
    console.error(
      `${process.title}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    process.exit(70);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  process.on("SIGINT", () => {}); // the terminal tells the whole group; the supervisor decides
  process.on("SIGTERM", () => void stop());
  process.on("disconnect", () => void stop());
  process.on("message", (order: Order) => {
    switch (order.kind) {
      case "stop":
        void stop();
        return;
      case "ticket-key":
        ticketKeys?.replace(order.key);
        return;
      case "answers":
        ledger.receive(order.answers);
        return;
      case "start":
        ticketKeys = createTicketKeys(order.ticketKey);
        part = start(order, { ledger, ticketKeys });
        part.then(
          (started) => report({ kind: "ready", text: started.describe }),
          (error: unknown) => {
            report({ kind: "failed", text: words(error) });
            process.exit(1);
          },
        );
        return;
      default:
        order satisfies never;
    }
  });
  const life = setInterval(() => {
    if (process.connected) report({ kind: "alive" });
  }, aliveMilliseconds);
  life.unref();
  report({ kind: "waiting" });
};
