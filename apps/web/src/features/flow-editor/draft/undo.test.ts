import { expect, test } from "vitest";
import { closeGroup, commit, rebase, redo, startHistory, undo } from "./undo.ts";

const move = { label: "Move", group: "move:spf", windowMilliseconds: 600 };

test("a burst of one gesture is one step", () => {
  let history = startHistory("a");
  history = commit(history, "b", move, 0);
  history = commit(history, "c", move, 500);
  history = commit(history, "d", move, 1000);
  expect(undo(history).present).toBe("a");
  expect(history.past).toHaveLength(1);
});

test("after a pause, another group or a closed group a new step begins", () => {
  let history = commit(startHistory("a"), "b", move, 0);
  history = commit(history, "c", move, 700);
  history = commit(history, "d", { ...move, group: "move:ldap" }, 701);
  history = commit(closeGroup(history), "e", { ...move, group: "move:ldap" }, 702);
  expect(history.past.map(({ document }) => document)).toEqual(["a", "b", "c", "d"]);
});

test("undo and redo keep the words of the step", () => {
  const done = commit(startHistory("a"), "b", { label: "Delete “SPF”" }, 0);
  const undone = undo(done);
  expect(undone.future[0]?.label).toBe("Delete “SPF”");
  expect(redo(undone)).toEqual({ ...done, open: null });
});

test("a new step forgets what could be redone", () => {
  const history = commit(
    undo(commit(startHistory("a"), "b", { label: "1" }, 0)),
    "c",
    { label: "2" },
    1,
  );
  expect(history.future).toEqual([]);
});

test("two hundred steps are kept", () => {
  let history = startHistory(0);
  for (let step = 1; step <= 250; step++) history = commit(history, step, { label: "n" }, step);
  expect(history.past).toHaveLength(200);
});

test("undo after somebody else's change takes back only what was done here", () => {
  const history = commit(
    startHistory({ mine: 1, theirs: 1 }),
    { mine: 2, theirs: 1 },
    { label: "m" },
    0,
  );
  const rebased = rebase(history, (document) => ({ ...document, theirs: 9 }));
  expect(undo(rebased).present).toEqual({ mine: 1, theirs: 9 });
});
