import type { FlowNode } from "@sluice/flow-schema";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDraftLink } from "./draft-link.ts";
import type { FlowDraft } from "./flow-draft.ts";
import type { Merge } from "./merge.ts";
import type { RemoteFlow, Versions } from "./remote-flow.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const draftOf = (titles: Readonly<Record<string, string>>): FlowDraft => ({
  flow: {
    kind: "recipient",
    title: "Flow",
    nodes: Object.fromEntries(
      Object.entries(titles).map(([id, title]): [string, FlowNode] => [
        id,
        { block: "accept", version: 1, title, config: {}, outcomes: {} },
      ]),
    ),
  },
  layout: {},
});
const titlesOf = ({ flow }: FlowDraft) =>
  Object.fromEntries(Object.entries(flow.nodes).map(([id, { title }]) => [id, title]));

/** A gateway whose answers to a save come when the test says so. */
const started = () => {
  const stored = { draft: draftOf({ a: "A", b: "B" }), version: 1 };
  let base = stored.draft;
  let versions: Versions = { flow: 1, layout: null };
  let present = stored.draft;
  const conflicts: Merge[] = [];
  const answers: (() => void)[] = [];
  const store = (draft: FlowDraft): void => {
    stored.draft = draft;
    stored.version += 1;
  };
  const remote: RemoteFlow = {
    base: () => base,
    versions: () => versions,
    adopt: (next) => {
      base = next.draft;
      versions = next.versions;
    },
    save: async (draft) => {
      if (versions.flow !== stored.version) return { kind: "conflict" };
      store(draft);
      const { version } = stored;
      await new Promise<void>((resolve) => answers.push(resolve));
      base = draft;
      versions = { flow: version, layout: null };
      return { kind: "saved" };
    },
  };
  const link = createDraftLink({
    remote,
    load: async () => ({
      draft: stored.draft,
      versions: { flow: stored.version, layout: null },
      state: "changed",
    }),
    present: () => present,
    rebase: (change) => {
      present = change(present);
    },
    onState: () => {},
    onConflict: (merged) => conflicts.push(merged),
  });
  return {
    link,
    stored,
    store,
    conflicts,
    present: () => present,
    change: (draft: FlowDraft): void => {
      present = draft;
      link.autosave.change(draft);
    },
    answer: async (): Promise<void> => {
      answers.shift()?.();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
};

test("one who writes on while a save is under way is not told of themselves as of somebody else", async () => {
  const { link, stored, conflicts, present, change, answer } = started();
  change(draftOf({ a: "A1", b: "B" }));
  await vi.advanceTimersByTimeAsync(800);
  expect(stored.version).toBe(2); // it is stored, the answer is on its way
  change(draftOf({ a: "A12", b: "B" }));
  void link.noticed("flow", 2); // the live notice is quicker
  await vi.advanceTimersByTimeAsync(10);
  await answer();
  await vi.advanceTimersByTimeAsync(1000);
  await answer();
  expect(conflicts).toEqual([]);
  expect(titlesOf(present())).toEqual({ a: "A12", b: "B" });
  expect(titlesOf(stored.draft)).toEqual({ a: "A12", b: "B" });
});

test("what somebody else stored comes in, and what is changed here stays", async () => {
  const { link, stored, store, conflicts, present, change, answer } = started();
  change(draftOf({ a: "mine", b: "B" }));
  store(draftOf({ a: "A", b: "theirs" }));
  await link.noticed("flow", 2);
  await vi.advanceTimersByTimeAsync(1000);
  await answer();
  expect(conflicts).toEqual([]);
  expect(titlesOf(present())).toEqual({ a: "mine", b: "theirs" });
  expect(titlesOf(stored.draft)).toEqual({ a: "mine", b: "theirs" });
});

test("where both changed the same, nothing is stored until a person has chosen", async () => {
  const { link, stored, store, conflicts, present, change, answer } = started();
  change(draftOf({ a: "mine", b: "B" }));
  store(draftOf({ a: "theirs", b: "B" }));
  await link.noticed("flow", 2);
  expect(conflicts).toHaveLength(1);
  change(draftOf({ a: "mine, and more", b: "B" }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(titlesOf(stored.draft)).toEqual({ a: "theirs", b: "B" });
  link.chosen(present());
  await vi.advanceTimersByTimeAsync(0);
  await answer();
  expect(titlesOf(stored.draft)).toEqual({ a: "mine, and more", b: "B" });
  expect(conflicts).toHaveLength(1);
});
