import { expect, test } from "vitest";
import { createSignInCounts } from "./sign-in-guard.ts";

/** Guesses one after another, each waiting as long as it is told to; how many are looked at in a day. */
const guessForADay = (
  addressOf: (guess: number) => string,
  accountOf: (guess: number) => string,
  clients: number,
): number => {
  let time = 1;
  const counts = createSignInCounts({ now: () => time });
  const freeAt = Array<number>(clients).fill(1);
  let looked = 0;
  for (let guess = 0; guess < 10_000; guess++) {
    const client = guess % clients;
    time = Math.max(time, freeAt[client] ?? 1);
    if (time > 86_400_000) break;
    const delay = counts.begin(addressOf(guess), accountOf(guess));
    if (delay !== "locked") looked += 1;
    freeAt[client] = time + (delay === "locked" ? 1000 : delay);
  }
  return looked;
};

test("ten thousand guesses at one account from one address: a thousand at the most are looked at in a day", () => {
  const looked = guessForADay(
    () => "192.0.2.1",
    () => "anna",
    1,
  );
  expect(looked).toBeLessThan(1000);
  expect(looked).toBeGreaterThanOrEqual(10);
});

test("ten thousand accounts tried from one address lock the address after fifty", () => {
  let time = 1;
  const counts = createSignInCounts({ now: () => time });
  const answers = Array.from({ length: 10_000 }, (_, index) =>
    counts.begin("2001:db8::1", `user${index}`),
  );
  expect(answers.filter((answer) => answer !== "locked")).toHaveLength(50);
  expect(counts.begin("2001:db8:0:0:ffff::2", "anna")).toBe("locked"); // the same /64
  expect(counts.begin("2001:db8:0:1::1", "anna")).toBe(0);
  time += 15 * 60_000 + 1;
  expect(counts.begin("2001:db8::1", "anna")).toBe(0); // nobody is locked out for long
});

test("guesses from two hundred networks make the account slow and lock each of them, and never its owner", () => {
  const time = 1;
  const counts = createSignInCounts({ now: () => time });
  const addressOf = (guess: number) => `198.51.${guess % 200}.1`;
  const answers = Array.from({ length: 10_000 }, (_, guess) =>
    counts.begin(addressOf(guess), "anna"),
  );
  expect(answers.filter((answer) => answer !== "locked")).toHaveLength(2000); // ten of each
  expect(answers.slice(100, 2000).every((answer) => answer === 5000)).toBe(true);
  const owner = counts.begin("203.0.113.1", "anna");
  expect(owner).toBe(5000); // slow, but not locked
  counts.settle("203.0.113.1", "anna", "succeeded");
  expect(counts.begin("203.0.113.1", "anna")).toBe(5000);
});
