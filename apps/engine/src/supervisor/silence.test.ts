import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchSilence } from "./silence.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a child that says nothing for a minute is told, once", () => {
  const told: string[] = [];
  const watch = watchSilence((name) => told.push(name));
  watch.heard("worker-1");
  watch.heard("worker-2");
  watch.heard("worker-3");
  for (let second = 0; second < 300; second += 5) {
    watch.heard("worker-2");
    if (second === 30) watch.forget("worker-3"); // it ended
    vi.advanceTimersByTime(5000);
    expect(told).toEqual(second < 55 ? [] : ["worker-1"]);
  }
  watch.heard("worker-1");
  vi.advanceTimersByTime(55_000);
  expect(told).toEqual(["worker-1", "worker-2"]);
  watch.close();
  vi.advanceTimersByTime(600_000);
  expect(told).toEqual(["worker-1", "worker-2"]);
});

test("after the machine has slept nobody is told who speaks at once", () => {
  const told: string[] = [];
  const watch = watchSilence((name) => told.push(name));
  watch.heard("worker-1");
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(5000);
  watch.heard("worker-1");
  vi.advanceTimersByTime(50_000);
  expect(told).toEqual([]);
  watch.close();
});
