/** When a group is begun; that it is stored as it says is shown on a real database. */
import type pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { contentOfBytes } from "../scanner/content-store.ts";
import { createGroupCommit } from "./group-commit.ts";
import type { Acceptance } from "./queue-entry.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const acceptance = (messageId: string): Acceptance => {
  const content = contentOfBytes(Buffer.from("Subject: x\r\n\r\nHello\r\n"));
  return {
    ...{ messageId, revision: 1, listener: null, receivedAt: new Date() },
    bodies: [{ prefix: Buffer.alloc(0), header: content.header, content, held: [], entries: [] }],
    history: {
      ...{ messageId, at: new Date(), outcome: "queued", stage: "data", listener: "inbound" },
      ...{
        clientAddress: "",
        helo: "client.example",
        signIn: null,
        sender: "",
        recipients: [],
        subject: "",
      },
      ...{ size: 0, revision: 1, flow: null, node: null, reply: "", events: [], traces: [] },
    },
  };
};

/** A database that answers when it is told to. */
const startCommit = (hasLittleRest: boolean) => {
  const groups: number[] = [];
  const answers: (() => void)[] = [];
  const client = {
    query: ({ values }: { readonly values: readonly unknown[] }) => {
      const bodies = values.filter((value) => Buffer.isBuffer(value));
      groups.push(bodies.length);
      return new Promise((resolve) => answers.push(() => resolve({ rows: [{ taken: true }] })));
    },
    ...{ on: () => {}, off: () => {}, release: () => {} },
  };
  const commit = createGroupCommit({
    pool: { connect: async () => client } as unknown as pg.Pool,
    epoch: () => "1",
    nextQueueId: () => "1",
    nextHopOf: () => "",
    reserve: () => new Set(),
    release: () => {},
    onTaken: () => {},
    onFree: () => {},
    hasLittleRest: () => hasLittleRest,
  });
  let count = 0;
  return {
    groups,
    accept: async (messages: number): Promise<void> => {
      for (let i = 0; i < messages; i++) void commit.acceptMessage(acceptance(`m${++count}`));
      await vi.advanceTimersByTimeAsync(0);
    },
    answer: async (): Promise<void> => {
      answers.shift()?.();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
};

test("what came while a group was stored is the next one, at once", async () => {
  const { groups, accept, answer } = startCommit(false);
  await accept(2);
  await accept(3);
  expect(groups).toEqual([2]);
  await answer();
  expect(groups).toEqual([2, 3]);
  await answer();
  await accept(1);
  expect(groups).toEqual([2, 3, 1]);
});

test("a process with little rest waits a moment for more", async () => {
  const { groups, accept, answer } = startCommit(true);
  await accept(2);
  await accept(1);
  await answer();
  await accept(2);
  expect(groups).toEqual([2]);
  await vi.advanceTimersByTimeAsync(4);
  expect(groups).toEqual([2]);
  await vi.advanceTimersByTimeAsync(1);
  expect(groups).toEqual([2, 3]);
});

test("it waits for no more than eight, and never after a message that came alone", async () => {
  const { groups, accept, answer } = startCommit(true);
  await accept(2);
  await answer();
  await accept(7);
  expect(groups).toEqual([2]);
  await accept(1);
  expect(groups).toEqual([2, 8]);
  await answer();
  await vi.advanceTimersByTimeAsync(5);
  await accept(1);
  expect(groups).toEqual([2, 8, 1]);
  await answer();
  await accept(1);
  expect(groups).toEqual([2, 8, 1, 1]);
});
