import { expect, test } from "vitest";
import { planRetry } from "./retry-schedule.ts";

const schedule = { retryMinutes: [1, 3, 5], maximumAttempts: 0, maximumAgeMinutes: 60 };
const start = new Date("2026-01-01T00:00:00Z");
const after = (minutes: number): Date => new Date(start.getTime() + minutes * 60_000);
const plan = (attempts: number, minutes: number, more = {}) =>
  planRetry({ ...schedule, ...more }, { attempts, receivedAt: start }, after(minutes));

test("the delays of the list are used in turn, and the last one repeats", () => {
  expect([1, 2, 3, 4, 9].map((attempts) => plan(attempts, 0))).toEqual(
    [60, 180, 300, 300, 300].map((delaySeconds) => ({
      kind: "again",
      delaySeconds,
      isLastSoon: false,
    })),
  );
});

test("the last attempt falls on the end of the mail's age", () => {
  expect(plan(5, 58)).toEqual({ kind: "again", delaySeconds: 120, isLastSoon: true });
});

test("we give up when the mail is too old", () => {
  expect(plan(5, 60)).toEqual({ kind: "give-up", why: "age" });
});

test("we give up when the attempts are used up", () => {
  expect(plan(2, 0, { maximumAttempts: 3 }).kind).toBe("again");
  expect(plan(3, 0, { maximumAttempts: 3 })).toEqual({ kind: "give-up", why: "attempts" });
});

test("without a list a quarter of an hour passes", () => {
  expect(plan(1, 0, { retryMinutes: [] })).toEqual({
    kind: "again",
    delaySeconds: 900,
    isLastSoon: false,
  });
});
