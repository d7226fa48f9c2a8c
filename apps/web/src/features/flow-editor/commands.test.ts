import { Flow } from "@sluice/flow-schema";
import { beforeEach, describe, expect, test } from "vitest";
import { overlaps } from "./canvas/geometry.ts";
import {
  addBlock,
  connectWire,
  copyChosen,
  deleteSelection,
  moveNodes,
  nudge,
  pasteText,
  placeForPalette,
} from "./commands.ts";
import { createEditorStore, type EditorStore } from "./editor-store.ts";
import { placesOf } from "./place-nodes.ts";
import { runCommand } from "./run-command.ts";

const flow = Flow.parse({
  kind: "recipient",
  title: "T",
  entry: "spf",
  nodes: {
    spf: { block: "spf", version: 1, config: {}, outcomes: { pass: "ok", fail: "refuse" } },
    ok: { block: "accept", version: 1, config: {} },
    refuse: { block: "reject", version: 1, config: { text: "No" } },
  },
});

let store: EditorStore;
beforeEach(() => {
  store = createEditorStore(
    { flow, layout: { spf: { x: 0, y: 0 }, ok: { x: 0, y: 200 }, refuse: { x: 352, y: 200 } } },
    { readOnly: false, view: "canvas" },
  );
});

const present = () => store.getState().history.present;
const outcomes = (id: string) => present().flow.nodes[id]?.outcomes;

describe("a click in the palette", () => {
  test("adds after the chosen block and makes room below", () => {
    store.getState().select(["spf"]);
    addBlock(store, "rate-limit", placeForPalette(store));
    expect(outcomes("spf")).toEqual({ pass: "rate-limit", fail: "refuse" });
    expect(outcomes("rate-limit")).toEqual({ within: "ok" });
    const { layout } = present();
    expect(layout["ok"]?.y).toBeGreaterThan(layout["rate-limit"]?.y ?? 0);
    expect(store.getState().focus).toBe("rate-limit");
  });
  test("with nothing chosen adds before the ending of the spine", () => {
    addBlock(store, "rate-limit", placeForPalette(store));
    expect(outcomes("spf")).toMatchObject({ pass: "rate-limit" });
  });
  test("with an ending chosen adds before it", () => {
    store.getState().select(["refuse"]);
    addBlock(store, "rate-limit", placeForPalette(store));
    expect(outcomes("spf")).toMatchObject({ fail: "rate-limit" });
    expect(outcomes("rate-limit")).toEqual({ within: "refuse" });
  });
});

test("deleting goes back to what led there, and undo brings it back", () => {
  store.getState().select(["refuse"]);
  deleteSelection(store, true);
  expect(present().flow.nodes).not.toHaveProperty("refuse");
  expect(store.getState().focus).toBe("spf");
  runCommand(store, "undo");
  expect(present().flow).toEqual(flow);
});

test("a chosen wire is what Delete cuts", () => {
  store.getState().set({ focus: "spf" });
  runCommand(store, "select-wire");
  expect(store.getState().wire).toEqual({ source: "spf", outcome: "pass" });
  deleteSelection(store, true);
  expect(outcomes("spf")).toEqual({ fail: "refuse" });
  expect(present().flow.nodes).toHaveProperty("ok");
});

test("a wire that leads back is refused and changes nothing", () => {
  const before = present();
  expect(connectWire(store, { source: "spf", outcome: "none" }, "spf")).toMatch(/itself/);
  expect(present()).toBe(before);
});

test("a burst of nudges is one step", () => {
  store.getState().select(["ok"]);
  nudge(store, 0, 8);
  nudge(store, 0, 8);
  expect(present().layout["ok"]).toEqual({ x: 0, y: 216 });
  expect(store.getState().history.past).toHaveLength(1);
});

test("a dragged block never ends on another one", () => {
  moveNodes(store, { ok: { x: 3, y: 5 } });
  const places = placesOf(present());
  const rect = (id: string) => ({ ...(places[id] ?? { x: 0, y: 0 }), width: 240, height: 36 });
  expect(overlaps(rect("ok"), rect("spf"))).toBe(false);
  expect((places["ok"]?.y ?? 1) % 8).toBe(0);
});

test("what was copied is pasted beside itself and chosen", () => {
  store.getState().select(["spf", "ok"]);
  const text = copyChosen(store);
  expect(pasteText(store, text ?? "", null)).toBe(true);
  expect([...store.getState().selection].sort()).toEqual(["ok-2", "spf-2"]);
  expect(outcomes("spf-2")).toEqual({ pass: "ok-2" });
});

test("keys walk along the spine and over outcomes", () => {
  store.getState().set({ focus: "spf" });
  runCommand(store, "down");
  expect(store.getState().focus).toBe("ok");
  runCommand(store, "up");
  runCommand(store, "right");
  expect(store.getState().focus).toBe("refuse");
  runCommand(store, "left");
  expect(store.getState().focus).toBe("spf");
});

test("nothing changes where one may only read", () => {
  const reader = createEditorStore({ flow, layout: {} }, { readOnly: true, view: "canvas" });
  reader.getState().select(["ok"]);
  deleteSelection(reader, true);
  runCommand(reader, "tidy");
  expect(reader.getState().history.present).toEqual({ flow, layout: {} });
});
