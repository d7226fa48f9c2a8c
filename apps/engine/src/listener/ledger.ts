/**
 * The counters that hold for the whole gateway: connections of each listener, and
 * tries to sign in. The supervisor keeps them, for it outlives every worker; workers
 * ask it over IPC, many questions in one message.
 *
 * Places that a worker's clients have left stay with it for a moment, so that busy
 * clients cost no question. Before anybody is refused for want of a place, such places
 * are called back.
 *
 * Promises: a limit is a limit however many workers share the port; what a worker
 * held is given back when it dies. If the supervisor dies, everything ends.
 */
import { createSignInCounts, type SignInCounts } from "../session/sign-in-guard.ts";
import {
  type Admission,
  type ConnectionCounts,
  clientOf,
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
  | {
      readonly kind: "release";
      readonly listener: string;
      readonly address: string;
      readonly count: number;
    }
  /** The places that stood empty have been released, in the asks before this one. */
  | { readonly kind: "called-back"; readonly listener: string }
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
  | { readonly kind: "try"; readonly id: number; readonly delay: number | "locked" }
  /** Release the places that stand empty, and say that you have. */
  | { readonly kind: "call-back"; readonly listener: string };

export type Ledger = {
  /** Answered in their order, apart from those that wait for a call; a release or a result has no answer. */
  readonly ask: (holder: string, asks: readonly Ask[]) => void;
  /** A worker is gone, and its connections with it. */
  readonly forget: (holder: string) => void;
};

export type LedgerOptions = {
  readonly tell: (holder: string, answers: readonly LedgerAnswer[]) => void;
  readonly now?: () => number;
  readonly signIns?: SignInCounts;
};

/** Who does not answer a call within this time keeps his places. */
const callMilliseconds = 200;
/** Workers keep no empty places for a while after a call (`quietMilliseconds`), so none is needed again sooner. */
const betweenCalls = 4000;

type Call = {
  readonly awaited: Set<string>;
  readonly admits: { readonly holder: string; readonly ask: Extract<Ask, { kind: "admit" }> }[];
  readonly timer: NodeJS.Timeout;
};

export const createLedger = (options: LedgerOptions): Ledger => {
  const { tell, now = Date.now, signIns = createSignInCounts() } = options;
  const limits = new Map<string, ConnectionCounts>();
  /** holder → listener → client → places */
  const held = new Map<string, Map<string, Map<string, number>>>();
  const calls = new Map<string, Call>();
  const calledAt = new Map<string, number>();

  const limitOf = (listener: string): ConnectionCounts => {
    const known = limits.get(listener) ?? createConnectionLimit();
    limits.set(listener, known);
    return known;
  };
  const heldOf = (holder: string, listener: string): Map<string, number> => {
    const listeners = held.get(holder) ?? new Map<string, Map<string, number>>();
    held.set(holder, listeners);
    const clients = listeners.get(listener) ?? new Map<string, number>();
    listeners.set(listener, clients);
    return clients;
  };

  const admit = (holder: string, ask: Extract<Ask, { kind: "admit" }>): LedgerAnswer => {
    const { id, listener, address } = ask;
    const admission = limitOf(listener).admit(address, ask.limits, now());
    if (admission === "admitted") {
      const mine = heldOf(holder, listener);
      const client = clientOf(address);
      mine.set(client, (mine.get(client) ?? 0) + 1);
    }
    return { kind: "admit", id, admission };
  };

  const release = (holder: string, listener: string, address: string, count: number): void => {
    const mine = heldOf(holder, listener);
    const client = clientOf(address);
    const places = mine.get(client) ?? 0; // fewer than are released: admitted without us, when we were late
    if (places <= count) mine.delete(client);
    else mine.set(client, places - count);
    for (let index = 0; index < Math.min(places, count); index++)
      limitOf(listener).release(address);
  };

  /** Others may have empty places: whoever else holds any is asked for them. */
  const callBack = (holder: string, ask: Extract<Ask, { kind: "admit" }>): boolean => {
    const { listener } = ask;
    const running = calls.get(listener);
    if (running !== undefined) {
      running.admits.push({ holder, ask });
      return true;
    }
    if (performance.now() - (calledAt.get(listener) ?? Number.NEGATIVE_INFINITY) < betweenCalls)
      return false;
    const awaited = new Set(
      [...held].flatMap(([other, listeners]) =>
        (listeners.get(listener)?.size ?? 0) > 0 ? [other] : [],
      ),
    );
    if (awaited.size === 0) return false;
    const timer = setTimeout(() => endCall(listener), callMilliseconds);
    calls.set(listener, { awaited, admits: [{ holder, ask }], timer });
    for (const other of awaited) tell(other, [{ kind: "call-back", listener }]);
    return true;
  };

  const endCall = (listener: string): void => {
    const call = calls.get(listener);
    if (call === undefined) return;
    clearTimeout(call.timer);
    calls.delete(listener);
    calledAt.set(listener, performance.now());
    for (const { holder, ask } of call.admits) tell(holder, [admit(holder, ask)]);
  };

  const answered = (holder: string, listener: string): void => {
    const call = calls.get(listener);
    if (call?.awaited.delete(holder) === true && call.awaited.size === 0) endCall(listener);
  };

  const answerOne = (holder: string, ask: Ask): LedgerAnswer | null => {
    switch (ask.kind) {
      case "admit": {
        const answer = admit(holder, ask);
        const isFull = answer.kind === "admit" && answer.admission === "too-many";
        return isFull && callBack(holder, ask) ? null : answer;
      }
      case "release":
        release(holder, ask.listener, ask.address, ask.count);
        return null;
      case "called-back":
        answered(holder, ask.listener);
        return null;
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
    ask: (holder, asks) => {
      const answers = asks.flatMap((ask) => answerOne(holder, ask) ?? []);
      if (answers.length > 0) tell(holder, answers);
    },
    forget: (holder) => {
      for (const [listener, clients] of held.get(holder) ?? []) {
        const limit = limitOf(listener);
        for (const [client, count] of clients) {
          for (let index = 0; index < count; index++) limit.release(client);
        }
      }
      held.delete(holder);
      for (const [listener, call] of [...calls]) {
        const others = call.admits.filter((one) => one.holder !== holder);
        call.admits.splice(0, call.admits.length, ...others);
        answered(holder, listener);
      }
    },
  };
};
