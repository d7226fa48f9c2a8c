/** What happens while the database is asked; that it holds on a real one is shown by `queue-journal`. */
import type pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { plainEnvelope } from "../../../test/support/plain-envelope.ts";
import type { Settled } from "../settle-statement.ts";
import type { Storable } from "../storable.ts";
import type { JournalFiles } from "./journal-files.ts";
import { createMailInHand, inHand } from "./mail-in-hand.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const message = (messageId: string, ...queueIds: string[]): Storable => ({
  ...{ messageId, size: 3, held: [] },
  bodies: [{ bodyId: `body of ${messageId}`, bytes: Buffer.from("abc"), source: null }],
  entries: queueIds.map((queueId) => ({
    ...{ queue: "outgoing", queueId, messageId, bodyId: `body of ${messageId}`, sender: "" },
    ...{ recipient: `${queueId}@example.org`, domain: null, transport: "internal", size: 3 },
    ...{ nextHop: "internal", revision: 1, delaySeconds: 0, isTaken: true, listener: null },
    ...{ receivedAt: new Date(0), envelope: plainEnvelope },
  })),
  record: {
    ...{ messageId, at: new Date(0), outcome: "queued", stage: "data", listener: "", helo: "" },
    ...{ clientAddress: "", signIn: null, sender: "", subject: "", size: 3, revision: 1 },
    ...{ recipients: queueIds.map((queueId) => `${queueId}@example.org`), flow: null, node: null },
    ...{ reply: "", traces: [], events: [] },
  },
});

const delivered = (messageId: string, queueId: string): Settled => ({
  ...{ queueId, messageId, epoch: inHand, outcome: "delivered", traces: [], deferral: null },
  recipient: `${queueId}@example.org`,
  event: {
    ...{ at: new Date(1), kind: "attempt-delivered", queueId, recipient: null, detail: {} },
  },
});

const startHand = () => {
  const writes: Parameters<JournalFiles["write"]>[0][] = [];
  const stores: {
    readonly messages: readonly Storable[];
    readonly answer: (taken: boolean) => Promise<void>;
    readonly fail: (error: Error) => Promise<void>;
  }[] = [];
  const settled: Settled[] = [];
  const freed: [string, readonly string[]][] = [];
  const left: string[] = [];
  const state = { isCurrent: true };
  const soon = async (work: () => void): Promise<void> => {
    work();
    await vi.advanceTimersByTimeAsync(0);
  };
  const hand = createMailInHand({
    files: {
      write: async (group) => {
        writes.push(group);
        return () => left.push("one");
      },
      close: async () => void left.push("closed"),
    },
    store: (messages) =>
      new Promise((resolve, reject) => {
        stores.push({
          messages,
          answer: (taken) => soon(() => resolve(taken)),
          fail: (error) => soon(() => reject(error)),
        });
      }),
    pool: { query: async () => ({ rows: [] }) } as unknown as pg.Pool,
    lease: { epoch: () => "7", isCurrent: () => state.isCurrent },
    settle: (one, done) => {
      settled.push(one);
      done();
    },
    freeEntries: async (epoch, queueIds) => void freed.push([epoch, queueIds]),
    onFree: () => {},
    report: () => {},
  });
  return { hand, writes, stores, settled, freed, left, state };
};

const idsOf = (messages: readonly Storable[] | undefined): string[] =>
  (messages ?? []).map(({ messageId }) => messageId);

test("ends are noted with the next write, while the message is still here", async () => {
  const { hand, writes, stores } = startHand();
  await hand.keep([message("a", "1", "2"), message("b", "3")]);
  hand.add(delivered("a", "1"), () => {});
  hand.add(delivered("b", "3"), () => {});
  await vi.advanceTimersByTimeAsync(100);
  expect(idsOf(stores[0]?.messages)).toEqual(["b"]);
  await stores[0]?.answer(true);
  await hand.keep([message("c", "4")]);
  expect(writes[1]?.ended.map(({ queueId }) => queueId)).toEqual(["1"]);
});

test("what ends while its message is handed over ends under the lease it stands under now", async () => {
  const { hand, stores, settled } = startHand();
  await hand.keep([message("a", "1", "2")]);
  await vi.advanceTimersByTimeAsync(1100);
  expect(stores[0]?.messages[0]?.entries.map(({ isTaken }) => isTaken)).toEqual([true, true]);
  hand.add(delivered("a", "1"), () => {});
  expect(settled).toEqual([]);
  await stores[0]?.answer(true);
  hand.add(delivered("a", "2"), () => {});
  expect(settled.map(({ queueId, epoch }) => [queueId, epoch])).toEqual([
    ["1", "7"],
    ["2", "7"],
  ]);
});

test("what is given back while its message is handed over is given back to the database", async () => {
  const { hand, stores, freed } = startHand();
  await hand.keep([message("a", "1", "2")]);
  await vi.advanceTimersByTimeAsync(1100);
  const given = hand.free(["2"]);
  await stores[0]?.answer(true);
  await given;
  expect(freed).toEqual([["7", ["2"]]]);
  await hand.free(["1"]);
  expect(freed[1]).toEqual(["7", ["1"]]);
});

test("without a lease in force nothing that is owed is handed over", async () => {
  const { hand, stores, state } = startHand();
  state.isCurrent = false;
  await hand.keep([message("a", "1"), message("b", "2")]);
  hand.add(delivered("b", "2"), () => {});
  await vi.advanceTimersByTimeAsync(500);
  await stores[0]?.answer(true);
  await vi.advanceTimersByTimeAsync(5000);
  expect(stores.flatMap(({ messages }) => idsOf(messages))).not.toContain("a");
  state.isCurrent = true;
  await vi.advanceTimersByTimeAsync(2000);
  expect(stores.flatMap(({ messages }) => idsOf(messages))).toContain("a");
});

test("a message that the database refuses keeps neither others nor the end", async () => {
  const { hand, stores, left } = startHand();
  await hand.keep([message("bad", "1"), message("good", "2")]);
  await vi.advanceTimersByTimeAsync(1500);
  expect(idsOf(stores[0]?.messages)).toEqual(["bad", "good"]);
  await stores[0]?.fail(new Error("refused"));
  await stores[1]?.fail(new Error("refused"));
  expect(idsOf(stores[2]?.messages)).toEqual(["good"]);
  await stores[2]?.answer(true);
  expect(hand.holds("1")).toBe(true);
  expect(hand.holds("2")).toBe(false);
  const closing = hand.close();
  await vi.advanceTimersByTimeAsync(0);
  await stores[3]?.fail(new Error("refused"));
  await closing;
  expect(left.at(-1)).toBe("closed"); // its file is there for the next start
});
