import { expect, test } from "vitest";
import { commandOf, keys } from "./keymap.ts";

const press = (key: string, ...held: ("ctrl" | "meta" | "shift" | "alt")[]) => ({
  key,
  ctrlKey: held.includes("ctrl"),
  metaKey: held.includes("meta"),
  shiftKey: held.includes("shift"),
  altKey: held.includes("alt"),
});

test.each([
  [press("a"), "add-after"],
  [press("A", "shift"), "add-before"],
  [press("a", "ctrl"), "select-all"],
  [press("a", "meta"), "select-all"],
  [press("ArrowDown"), "down"],
  [press("ArrowDown", "alt"), "next-outcome"],
  [press("ArrowUp", "alt", "shift"), "chain-up"],
  [press("z", "ctrl"), "undo"],
  [press("Z", "ctrl", "shift"), "redo"],
  [press("y", "ctrl"), "redo"],
  [press("Delete"), "delete"],
  [press("Delete", "shift"), "delete-leave-gap"],
  [press("T", "shift"), "tidy"],
  [press("?", "shift"), "help"],
  [press("q"), null],
  [press("c", "ctrl"), null], // the clipboard's own event does it
])("%o is %s", (key, command) => {
  expect(commandOf(key)).toBe(command);
});

test("no key means two things", () => {
  const seen = keys.map(({ key, mod, shift, alt }) => JSON.stringify([key, mod, shift, alt]));
  expect(new Set(seen).size).toBe(seen.length);
});
