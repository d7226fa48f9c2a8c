/**
 * A worker's way to the ledger. Its own counts are looked at first: what they refuse,
 * the whole gateway refuses too, so a flood from one client costs no question. A place
 * that a client has left is kept for its next connection, for a second at most or until
 * the ledger calls it back, so that a busy client costs none either. An answer that does
 * not come in time is given by the own counts: mail goes on.
 */
import {
  createSignInCounts,
  guardOf,
  type SignInCounts,
  type SignInGuard,
} from "../session/sign-in-guard.ts";
import {
  type Admission,
  type ConnectionLimit,
  clientOf,
  createConnectionLimit,
} from "./connection-limit.ts";
import { createEmptyPlaces, type EmptyPlaces } from "./empty-places.ts";
import type { Ask, LedgerAnswer } from "./ledger.ts";

export type LedgerClient = {
  readonly limitFor: (listener: string) => ConnectionLimit;
  readonly signIns: SignInGuard;
  readonly receive: (answers: readonly LedgerAnswer[]) => void;
  readonly close: () => void;
};

/** An empty place is kept through one whole turn of this length at most. */
const keepMilliseconds = 500;
/** Places are short: for this long after a call none is kept. */
const quietMilliseconds = 5000;

export const createLedgerClient = (options: {
  readonly send: (asks: readonly Ask[]) => void;
  readonly patienceMilliseconds?: number;
  /** Counts of this worker alone, for answers that do not come. */
  readonly ownSignIns?: SignInCounts;
}): LedgerClient => {
  const { send, patienceMilliseconds = 1000, ownSignIns = createSignInCounts() } = options;
  let last = 0;
  let asks: Ask[] = [];
  const waiting = new Map<
    number,
    { readonly since: number; readonly settle: (answer: LedgerAnswer | null) => void }
  >();

  const tell = (ask: Ask): void => {
    asks.push(ask);
    if (asks.length > 1) return;
    setImmediate(() => {
      const batch = asks;
      asks = [];
      send(batch);
    });
  };

  const ask = (question: Extract<Ask, { id: number }>): Promise<LedgerAnswer | null> =>
    new Promise((settle) => {
      waiting.set(question.id, { since: performance.now(), settle });
      tell(question);
    });

  const emptyPlaces = new Map<string, EmptyPlaces>();
  const quietUntil = new Map<string, number>();

  const release = (listener: string, places: Iterable<readonly [string, number]>): void => {
    for (const [address, count] of places) tell({ kind: "release", listener, address, count });
  };

  const callBack = (listener: string): void => {
    quietUntil.set(listener, performance.now() + quietMilliseconds);
    release(listener, emptyPlaces.get(listener)?.takeAll() ?? []);
    tell({ kind: "called-back", listener });
  };

  const keeper = setInterval(() => {
    for (const [listener, places] of emptyPlaces) release(listener, places.takeUnused());
  }, keepMilliseconds);
  keeper.unref();

  const timer = setInterval(() => {
    for (const [id, { since, settle }] of waiting) {
      if (performance.now() - since < patienceMilliseconds) break; // in the order they were asked
      waiting.delete(id);
      settle(null);
    }
  }, patienceMilliseconds / 4);
  timer.unref();

  const limitFor = (listener: string): ConnectionLimit => {
    const own = createConnectionLimit();
    const empty = emptyPlaces.get(listener) ?? createEmptyPlaces();
    emptyPlaces.set(listener, empty);
    return {
      count: own.count,
      admit: (address, limits, now): Admission | Promise<Admission> => {
        const mine = own.admit(address, limits, now);
        if (mine !== "admitted") return mine;
        // beginnings in a minute are counted by the ledger, so each of them is told
        if (limits.perMinute === 0 && empty.take(clientOf(address))) return "admitted";
        last += 1;
        return ask({ kind: "admit", id: last, listener, address, limits }).then((answer) => {
          const admission = answer?.kind === "admit" ? answer.admission : "admitted";
          if (admission !== "admitted") own.undo(address);
          return admission;
        });
      },
      release: (address) => {
        own.release(address);
        if ((quietUntil.get(listener) ?? 0) <= performance.now()) empty.put(clientOf(address));
        else tell({ kind: "release", listener, address, count: 1 });
      },
    };
  };

  return {
    limitFor,
    signIns: guardOf({
      begin: async (address, account) => {
        last += 1;
        const answer = await ask({ kind: "try", id: last, address, account });
        return answer?.kind === "try" ? answer.delay : ownSignIns.begin(address, account);
      },
      settle: (address, account, how) => {
        tell({ kind: "tried", address, account, how });
        ownSignIns.settle(address, account, how);
      },
    }),
    receive: (answers) => {
      for (const answer of answers) {
        if (answer.kind === "call-back") {
          callBack(answer.listener);
          continue;
        }
        const asked = waiting.get(answer.id);
        waiting.delete(answer.id);
        if (asked !== undefined) asked.settle(answer);
        // it came too late: what it holds for us is released with the connection
      }
    },
    close: () => {
      clearInterval(timer);
      clearInterval(keeper);
    },
  };
};
