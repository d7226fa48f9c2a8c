/**
 * The counters that hold for the whole gateway: connections of each listener, and
 * tries to sign in. The supervisor keeps them, for it outlives every worker; workers
 * ask it over IPC, many questions in one message.
 *
 * Promises: a limit is a limit however many workers share the port; what a worker
 * held is given back when it dies. If the supervisor dies, everything ends.
 */
import { createSignInCounts, type SignInCounts } from "../session/sign-in-guard.ts";
import {
  type Admission,
  type ConnectionCounts,
  createConnectionLimit,
  type Limits,
} from "./connection-limit.ts";

export type Ask =
  | {
      readonly kind: "admit";
      readonly id: number;
      readonly listener: string;
      readonly address: string;
      readonly limits: Limits;
    }
  | { readonly kind: "release"; readonly listener: string; readonly address: string }
  | {
      readonly kind: "try";
      readonly id: number;
      readonly address: string;
      readonly account: string;
    }
  | {
      readonly kind: "tried";
      readonly address: string;
      readonly account: string;
      readonly how: "succeeded" | "undecided";
    };

export type LedgerAnswer =
  | { readonly kind: "admit"; readonly id: number; readonly admission: Admission }
  | { readonly kind: "try"; readonly id: number; readonly delay: number | "locked" };

export type Ledger = {
  /** In the order they were asked; a release or a result has no answer. */
  readonly answer: (holder: string, asks: readonly Ask[]) => readonly LedgerAnswer[];
  /** A worker is gone, and its connections with it. */
  readonly forget: (holder: string) => void;
};

export const createLedger = (
  options: { readonly now?: () => number; readonly signIns?: SignInCounts } = {},
): Ledger => {
  const { now = Date.now, signIns = createSignInCounts() } = options;
  const limits = new Map<string, ConnectionCounts>();
  /** holder → listener → address → connections */
  const held = new Map<string, Map<string, Map<string, number>>>();

  const limitOf = (listener: string): ConnectionCounts => {
    const known = limits.get(listener) ?? createConnectionLimit();
    limits.set(listener, known);
    return known;
  };
  const heldOf = (holder: string, listener: string): Map<string, number> => {
    const listeners = held.get(holder) ?? new Map<string, Map<string, number>>();
    held.set(holder, listeners);
    const addresses = listeners.get(listener) ?? new Map<string, number>();
    listeners.set(listener, addresses);
    return addresses;
  };

  const answerOne = (holder: string, ask: Ask): LedgerAnswer | null => {
    switch (ask.kind) {
      case "admit": {
        const { id, listener, address } = ask;
        const admission = limitOf(listener).admit(address, ask.limits, now());
        if (admission === "admitted") {
          const mine = heldOf(holder, listener);
          mine.set(address, (mine.get(address) ?? 0) + 1);
        }
        return { kind: "admit", id, admission };
      }
      case "release": {
        const mine = heldOf(holder, ask.listener);
        const count = mine.get(ask.address);
        if (count === undefined) return null; // admitted without us, when we were late
        if (count <= 1) mine.delete(ask.address);
        else mine.set(ask.address, count - 1);
        limitOf(ask.listener).release(ask.address);
        return null;
      }
      case "try": {
        const delay = signIns.begin(ask.address, ask.account);
        return { kind: "try", id: ask.id, delay };
      }
      case "tried":
        signIns.settle(ask.address, ask.account, ask.how);
        return null;
      default:
        return ask satisfies never;
    }
  };

  return {
    answer: (holder, asks) => asks.flatMap((ask) => answerOne(holder, ask) ?? []),
    forget: (holder) => {
      for (const [listener, addresses] of held.get(holder) ?? []) {
        const limit = limitOf(listener);
        for (const [address, count] of addresses) {
          for (let index = 0; index < count; index++) limit.release(address);
        }
      }
      held.delete(holder);
    },
  };
};
