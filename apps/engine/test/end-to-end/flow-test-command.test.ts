/** `sluice flow test`: a draft is tried from the command line. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGateway, type Gateway } from "../support/gateway.ts";

let gateway: Gateway;
const tried = (args: readonly string[], stdin = "") =>
  gateway.cli(["flow", "test", ...args], stdin);

beforeAll(async () => {
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
  await gateway.apply({
    "flows/recipient/recipients.yaml": `kind: recipient
title: Recipients
entry: known
nodes:
  known: { block: branch, version: 1, config: { condition: '$recipient == "eve@example.test"' }, outcomes: { yes: no, no: ok } }
  no: { block: reject, version: 1, config: { text: "No such user" } }
  ok: { block: accept, version: 1, config: {} }
`,
    "flows/content/look.yaml": `kind: content
title: Look
entry: look
nodes:
  look: { block: script, version: 1, config: { source: 'echo GetHeader("Subject") . " from " . $senderip . " by " . $sender;' } }
`,
    "flows/content/fails.yaml": `kind: content
title: Fails
entry: fails
nodes:
  fails: { block: script, version: 1, config: { source: 'while (true) $x = 1;' } }
`,
  });
});
afterAll(() => gateway.stop());

test("the path and the verdict are told", async () => {
  const refused = await tried(["recipients", "--recipient", "eve@example.test"]);
  expect(refused).toMatchObject({ code: 0, stderr: "" });
  expect(refused.stdout).toMatch(
    /\(known\) → yes .* ms\n.*\(no\) .*\nVerdict: Reject\("No such user"\)\n$/,
  );
  const taken = await tried(["recipients", "--recipient", "bob@example.test", "--json"]);
  expect(JSON.parse(taken.stdout)).toMatchObject({ kind: "ran", trace: { ending: "Accept()" } });
});

test("a content flow sees the message, the envelope and the client that it is given", async () => {
  const args = ["--message", "-", "--sender", "ann@client.test", "--client-address", "192.0.2.7"];
  const { stdout } = await tried(["look", ...args], "Subject: Given\n\nText\n");
  expect(stdout).toContain("log: Given from 192.0.2.7 by ann@client.test");
});

test("a script that fails, a flow that is not there and a file that is not there end with 1", async () => {
  const failed = await tried(["fails"]);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/^error: fails: /m);
  expect(await tried(["nowhere"])).toMatchObject({ code: 1, stdout: "" });
  const missing = await tried(["look", "--message", "/nowhere.eml"]);
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("cannot be read") });
});
