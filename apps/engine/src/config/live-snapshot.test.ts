import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import { createLiveSnapshot } from "./live-snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

const snapshotOf = (revision: number): Snapshot => ({
  revision,
  settings: Settings.parse({}),
  flows: new Map(),
  file: () => null,
  secret: () => null,
});

const setUp = async () => {
  const state = {
    newest: 1,
    broken: new Set<number>(),
    loads: [] as number[],
    reports: [] as string[],
  };
  const live = await createLiveSnapshot({
    source: {
      newest: async () => String(state.newest),
      load: async () => {
        const revision = state.newest;
        state.loads.push(revision);
        if (state.broken.has(revision)) throw new Error("does not compile");
        return { stamp: String(revision), snapshot: snapshotOf(revision) };
      },
    },
    onNotice: () => () => {},
    report: (text) => state.reports.push(text),
  });
  return { state, live };
};

test("a new revision replaces the old one and is announced", async () => {
  const { state, live } = await setUp();
  const seen: number[] = [];
  live.onChange((snapshot) => seen.push(snapshot.revision));
  state.newest = 2;
  await live.refresh();
  expect(live.current().revision).toBe(2);
  expect(seen).toEqual([2]);
  live.close();
});

test("a revision that does not compile leaves the one before it in force, and is tried once", async () => {
  const { state, live } = await setUp();
  state.newest = 2;
  state.broken.add(2);
  await live.refresh();
  await live.refresh();
  expect(live.current().revision).toBe(1);
  expect(state.loads).toEqual([1, 2]);
  expect(state.reports).toEqual(["The newest settings cannot run; revision 1 stays in force."]);
  state.newest = 3;
  await live.refresh();
  expect(live.current().revision).toBe(3);
  live.close();
});

test("notices that come while it loads lead to one more look", async () => {
  const { state, live } = await setUp();
  state.newest = 2;
  const first = live.refresh();
  state.newest = 3;
  const second = live.refresh();
  await Promise.all([first, second]);
  expect(live.current().revision).toBe(3);
  live.close();
});
