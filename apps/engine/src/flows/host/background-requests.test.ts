import { expect, test } from "vitest";
import { createBackgroundRequests } from "./background-requests.ts";

test("runs so many at once, those of one key in order, and takes no more than it bears", async () => {
  const requests = createBackgroundRequests({ atOnce: 2, mostWaiting: 2 });
  const log: string[] = [];
  const open: (() => void)[] = [];
  const work = (name: string) => async (): Promise<void> => {
    log.push(name);
    await new Promise<void>((resolve) => open.push(resolve));
  };
  expect(requests.add("a", work("a1"))).toBe(true);
  expect(requests.add("a", work("a2"))).toBe(true);
  expect(requests.add("", work("b"))).toBe(true);
  expect(requests.add("", work("c"))).toBe(true);
  expect(requests.add("", work("d"))).toBe(false);
  expect(log).toEqual(["a1", "b"]);
  const idle = requests.idle();
  while (open.length > 0) {
    open.shift()?.();
    await new Promise(setImmediate);
  }
  await idle;
  expect(log).toEqual(["a1", "b", "a2", "c"]);
  await requests.idle();
});
