import { expect, test } from "vitest";
import type { QueueEntry } from "../queue/queue-store.ts";
import { createHopQueue, hopFailed, hopStrained, hopWorked, isDown } from "./hop-queue.ts";

const timeout = { code: 0, text: "no answer" };
// only the number of attempts is looked at
const job = (attempts: number) => ({
  entries: [{ attempts } as QueueEntry],
  body: null,
  reserved: 0,
});

test("a hop that strains gets half the connections, and grows back by one for each round of successes", () => {
  const hop = createHopQueue("mx", 20);
  hopStrained(hop);
  hopStrained(hop);
  expect(hop.allowed).toBe(5);
  for (let index = 0; index < 6; index++) hopWorked(hop, 20);
  expect(Math.floor(hop.allowed)).toBe(6);
  for (let index = 0; index < 1000; index++) hopWorked(hop, 20);
  expect(hop.allowed).toBe(20);
});

test("one connection is always left", () => {
  const hop = createHopQueue("mx", 4);
  for (let index = 0; index < 10; index++) hopStrained(hop);
  expect(hop.allowed).toBe(1);
});

test("a hop that fails rests, longer each time, at most five minutes", () => {
  const hop = createHopQueue("mx", 20);
  const rests = Array.from({ length: 12 }, () => {
    const now = hop.blockedUntil;
    hopFailed(hop, now, timeout);
    return (hop.blockedUntil - now) / 1000;
  });
  expect(rests).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
});

test("connections that fail together are one failure", () => {
  const hop = createHopQueue("mx", 20);
  for (let index = 0; index < 20; index++) hopFailed(hop, 1000, timeout);
  expect(hop.failures).toBe(1);
  expect(isDown(hop, 1000)).toBe(false);
});

test("a hop is down after four failures in a row, until one attempt works", () => {
  const hop = createHopQueue("mx", 20);
  for (const now of [0, 1000, 3000, 7000]) hopFailed(hop, now, timeout);
  expect(isDown(hop, 7001)).toBe(true);
  expect(hop.lastReply).toBe("no answer");
  hopWorked(hop, 20);
  expect(isDown(hop, 7001)).toBe(false);
  expect(hop.blockedUntil).toBe(0);
});

test("first attempts go before retries, but every tenth is a retry", () => {
  const hop = createHopQueue("mx", 20);
  for (let index = 0; index < 15; index++) {
    hop.put(job(3));
    hop.put(job(0));
  }
  const order = Array.from({ length: 12 }, () => hop.take()?.entries[0]?.attempts);
  expect(order).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0]);
});
