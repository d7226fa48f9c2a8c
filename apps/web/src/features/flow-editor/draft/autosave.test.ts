import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAutosave, type SaveResult, type SaveState } from "./autosave.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const started = (answers: SaveResult[]) => {
  const states: SaveState[] = [];
  const sent: string[] = [];
  const autosave = createAutosave("a", {
    save: async (document) => {
      sent.push(document);
      return answers.shift() ?? { kind: "saved" };
    },
    onState: (state) => states.push(state),
    now: () => 0,
  });
  return { autosave, states, sent };
};

test("the last of several quick changes is saved, once", async () => {
  const { autosave, sent, states } = started([]);
  autosave.change("b");
  await vi.advanceTimersByTimeAsync(500);
  autosave.change("c");
  await vi.advanceTimersByTimeAsync(799);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent).toEqual(["c"]);
  expect(states.at(-1)).toEqual({ kind: "saved", at: 0 });
  expect(autosave.isDirty()).toBe(false);
});

test("what cannot be sent is kept, counted and tried again", async () => {
  const { autosave, sent, states } = started([{ kind: "unreachable", reason: "No answer." }]);
  autosave.change("b");
  await vi.advanceTimersByTimeAsync(800);
  expect(states.at(-1)).toEqual({ kind: "offline", changes: 1, reason: "No answer." });
  autosave.change("c");
  expect(states.at(-1)).toMatchObject({ kind: "offline", changes: 2 });
  await vi.advanceTimersByTimeAsync(5000);
  expect(sent).toEqual(["b", "c"]);
  expect(states.at(-1)?.kind).toBe("saved");
});

test("a conflict stops saving until a person has chosen", async () => {
  const { autosave, sent, states } = started([{ kind: "conflict" }]);
  autosave.change("b");
  await vi.advanceTimersByTimeAsync(800);
  autosave.change("c");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual(["b"]);
  expect(states.at(-1)?.kind).toBe("conflict");
  autosave.settle("merged", false);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual(["b", "merged"]);
  expect(states.at(-1)?.kind).toBe("saved");
});

test("a change during a save is saved after it", async () => {
  const { autosave, sent } = started([]);
  autosave.change("b");
  const first = autosave.flush();
  autosave.change("c");
  await first;
  await vi.advanceTimersByTimeAsync(800);
  expect(sent).toEqual(["b", "c"]);
});
