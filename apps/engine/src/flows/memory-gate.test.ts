import { expect, test } from "vitest";
import { createMemoryGate } from "./memory-gate.ts";

const enterAll = async (limit: number, sizes: readonly number[]) => {
  const gate = createMemoryGate(limit);
  const inside: number[] = [];
  const leave: (() => void)[] = [];
  for (const [index, bytes] of sizes.entries()) {
    void gate.enter(bytes).then((done) => {
      inside.push(index);
      leave[index] = done;
    });
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  await settle();
  return {
    inside,
    leave: async (index: number) => {
      leave[index]?.();
      await settle();
    },
  };
};

test("lets in as many as fit together, and the next when one leaves", async () => {
  const { inside, leave } = await enterAll(100, [50, 50, 1]);
  expect(inside).toEqual([0, 1]);
  await leave(0);
  expect(inside).toEqual([0, 1, 2]);
});

test("what is larger than the limit goes in alone, and nobody overtakes it", async () => {
  const { inside, leave } = await enterAll(100, [10, 500, 10]);
  expect(inside).toEqual([0]);
  await leave(0);
  expect(inside).toEqual([0, 1]);
  await leave(1);
  expect(inside).toEqual([0, 1, 2]);
});

test("leaving twice gives back once", async () => {
  const { inside, leave } = await enterAll(10, [10, 10, 10]);
  await leave(0);
  await leave(0);
  expect(inside).toEqual([0, 1]);
});
