import { HslArray } from "@sluice/hsl";
import { expect, test } from "vitest";
import { createScriptMemory } from "./script-memory.ts";

const options = { ttlSeconds: 60, size: 10_000, lru: true };
const megabytes = (count: number): string => "x".repeat(count * 1024 * 1024);

test("the answers of one function take 16 MB at most: the oldest go first", () => {
  const cache = createScriptMemory(() => 0).cacheOf("flow");
  for (let i = 0; i < 20; i++) cache.set("f", String(i), megabytes(1), options);
  expect(cache.get("f", "3")).toBeUndefined();
  expect(cache.get("f", "19")).toHaveLength(1024 * 1024);
  cache.set("f", "too large", HslArray.of(megabytes(9), megabytes(8)), options);
  expect(cache.get("f", "too large")).toBeUndefined();
  cache.set("f", "small", 1, options);
  expect(cache.get("f", "small")).toBe(1);
});

test("all answers together take 64 MB at most: what was not asked for goes first", () => {
  const cache = createScriptMemory(() => 0).cacheOf("flow");
  for (let i = 0; i < 10; i++) {
    cache.set(`f${i}`, "key", megabytes(10), options);
    cache.get("f0", "key");
  }
  expect([0, 1, 8, 9].map((i) => cache.get(`f${i}`, "key") !== undefined)).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

test("an answer that is replaced is weighed once", () => {
  const cache = createScriptMemory(() => 0).cacheOf("flow");
  cache.set("f", "other", 1, options);
  for (let i = 0; i < 40; i++) cache.set("f", "key", megabytes(1), options);
  expect(cache.get("f", "other")).toBe(1);
});

test("the size counts entries, the oldest go first; with lru a new answer is the newest", () => {
  const cache = createScriptMemory(() => 0).cacheOf("flow");
  for (const lru of [true, false]) {
    const few = { ...options, size: 2, lru };
    for (const key of ["a", "b", "a", "c"]) cache.set(`f${lru}`, key, key, few);
    const kept = ["a", "b", "c"].filter((key) => cache.get(`f${lru}`, key) !== undefined);
    expect(kept).toEqual(lru ? ["a", "c"] : ["b", "c"]);
  }
});
