import { Flow } from "@sluice/flow-schema";
import { expect, test } from "vitest";
import { type FlowDraft, setTitle } from "./flow-draft.ts";
import { keepUndo, keptUndo } from "./stored-undo.ts";
import { commit, startHistory } from "./undo.ts";

const draft: FlowDraft = {
  flow: Flow.parse({ kind: "recipient", title: "One", nodes: {} }),
  layout: {},
};

const storage = () => {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
};

test("undo is there after a reload", () => {
  const kept = storage();
  const renamed = setTitle(draft, "Two");
  keepUndo("f", commit(startHistory(draft), renamed, { label: "Rename" }, 0), kept);
  const again = keptUndo("f", structuredClone(renamed), kept);
  expect(again?.past.map(({ label, document }) => [label, document.flow.title])).toEqual([
    ["Rename", "One"],
  ]);
});

test("steps that lead to another document are forgotten", () => {
  const kept = storage();
  keepUndo("f", commit(startHistory(draft), setTitle(draft, "Two"), { label: "Rename" }, 0), kept);
  expect(keptUndo("f", setTitle(draft, "Somebody else's"), kept)).toBeNull();
});
