/** The scripts of docs/guides/write-a-script.md print what the guide says. */
import { readFileSync } from "node:fs";
import { blocks } from "@sluice/blocks/definitions";
import { executors } from "@sluice/blocks/executors";
import { Settings } from "@sluice/settings";
import { afterAll, expect, test } from "vitest";
import { createFlowServices } from "./create-services.ts";
import { createScriptRunner } from "./run-script-once.ts";

const guide = readFileSync(
  new URL("../../../../docs/guides/write-a-script.md", import.meta.url),
  "utf8",
);
const snippets = [...guide.matchAll(/```hsl\n([\s\S]*?)```\n\n```log\n([\s\S]*?)```/g)].map(
  ([, script = "", log = ""]) => [script.split("\n")[0], script, log] as const,
);

const services = createFlowServices({
  pool: null,
  accept: () => Promise.reject(new Error("nothing is sent from here")),
  alarm: () => {},
});
const run = createScriptRunner({ services, blocks, executors, hostName: "gateway.test" });
afterAll(() => services.close());

test("every script of the guide has its log", () => {
  expect(snippets.length).toBe(guide.match(/```hsl\n/g)?.length);
});

test.each(snippets)("%s", async (_title, script, log) => {
  const answer = await run({
    kind: "recipient",
    script,
    variables: {},
    message: null,
    snapshot: {
      revision: 1,
      settings: Settings.parse({}),
      flows: new Map(),
      file: () => null,
      secret: () => null,
    },
  });
  const { verdict } = answer;
  const ending = verdict === null ? [] : [[verdict.action, verdict.text].join(": ")];
  expect(answer.diagnostics).toEqual([]);
  expect([...answer.log, ...ending].join("\n")).toBe(log.trimEnd());
});
