import { expect, test } from "vitest";
import { apiOfFile } from "./api-support.ts";

const { anna } = await apiOfFile();

const flow = { kind: "flow", id: "mine" } as const;
let version: number | null = null;

const save = async (source: string | null): Promise<void> => {
  const greet = { block: "script", version: 1, config: { source }, outcomes: { next: "ok" } };
  const ok = { block: "accept", version: 1, config: {}, outcomes: {} };
  const body = {
    ...{ kind: "recipient", title: "Mine", entry: source === null ? "ok" : "greet" },
    nodes: source === null ? { ok } : { greet, ok },
  };
  version = (await anna.api.settings.save.mutate({ ...flow, body, version })).version;
};
const publish = async (message: string): Promise<void> => {
  await anna.api.settings.publish.mutate({ message, acceptWarnings: true });
  version = (await anna.api.settings.get.query(flow)).version;
};
const past = (field: (string | number)[] = ["source"]) =>
  anna.api.flows.scriptPast.query({ flow: "mine", node: "greet", field });

test("the texts a script had stand once each, newest first, with who published them and why", async () => {
  expect(await past()).toEqual({ live: { number: 1, text: null }, revisions: [] });
  await save('echo "one";');
  expect((await past()).live?.text).toBe(null);
  await publish("First");
  await anna.api.settings.save.mutate({
    kind: "quarantine",
    id: "x",
    body: { title: "X" },
    version: null,
  });
  await publish("Not about the script");
  await save('echo "two";');
  await publish("Second");
  await save('echo "three, a draft";');
  const { live, revisions } = await past();
  expect(live).toEqual({ number: 4, text: 'echo "two";' });
  expect(
    revisions.map(({ number, author, message, text }) => [number, author, message, text]),
  ).toEqual([
    [4, "anna", "Second", 'echo "two";'],
    [2, "anna", "First", 'echo "one";'],
  ]);
});

test("a script that is gone and came back has its earlier texts, and is not called live meanwhile", async () => {
  await save(null);
  await publish("Without");
  expect((await past()).live).toEqual({ number: 5, text: null });
  await save('echo "two";');
  await publish("Again");
  expect((await past()).revisions.map(({ number }) => number)).toEqual([6, 4, 2]);
});

test("what is no text has no past", async () => {
  expect((await past(["nothing", 3])).revisions).toEqual([]);
  expect(
    (await anna.api.flows.scriptPast.query({ flow: "none", node: "none", field: ["source"] })).live,
  ).toMatchObject({ text: null });
});
