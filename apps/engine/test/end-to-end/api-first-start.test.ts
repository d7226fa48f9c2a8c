import { defaultFlows, defaultLayouts } from "@sluice/blocks/default-flows";
import { expect, test } from "vitest";
import { seedFirstRevision } from "../../src/store/first-start.ts";
import { apiOfFile } from "./api-support.ts";

const seed = { defaultFlows: { flows: defaultFlows, layouts: defaultLayouts }, port: 2525 };
const { gateway, anna } = await apiOfFile({}, seed);

test("a new gateway runs the default flows, and nothing of it is wrong or doubtful", async () => {
  expect(await anna.api.settings.changes.query()).toEqual([]);
  const problems = await anna.api.settings.problems.query();
  expect(problems.filter(({ severity }) => severity !== "advice")).toEqual([]);
  const flows = await anna.api.flows.list.query();
  expect(flows.map(({ id, kind, state }) => `${kind} ${id} ${state}`).sort()).toEqual([
    "authentication default-login live",
    "content default-content live",
    "delivery default-delivery live",
    "ip-policy default-connection live",
    "recipient spf-and-recipient live",
  ]);
  const { body } = await anna.api.settings.get.query({ kind: "listener", id: "inbound" });
  expect(body).toMatchObject({
    port: 2525,
    ipPolicyFlow: "default-connection",
    authenticationFlow: "default-login",
  });
});

test("a domain with the default flows can be published, an open relay with them cannot", async () => {
  const save = (kind: "domain" | "transport", id: string, body: object) =>
    anna.api.settings.save.mutate({ kind, id, body, version: null });
  const flows = { recipientFlow: "spf-and-recipient", contentFlow: "default-content" };
  await save("transport", "internal", { destination: "192.0.2.10:25" });
  await save("transport", "anywhere", { destination: "lookup-mx" });
  await save("domain", "example.org", { ...flows, transport: "internal" });
  expect(await anna.api.settings.publish.mutate({ message: "Ours" })).toEqual({ revision: 2 });
  await save("domain", "any", { ...flows, transport: "anywhere" });
  const publish = anna.api.settings.publish.mutate({ message: "Everybody's" });
  await expect(publish).rejects.toThrow(/open relay.*spf \(\w+\) → user \(found\) → ok/);
});

test("several nodes that start at once write one first revision", async () => {
  await gateway.database.pool.query("TRUNCATE revision, draft_object");
  const results = await Promise.all([1, 2, 3].map(() => seedFirstRevision(gateway.store, seed)));
  expect(results.filter(({ seeded }) => seeded)).toHaveLength(1);
  expect((await anna.api.settings.revisions.query({})).rows.map(({ number }) => number)).toEqual([
    1,
  ]);
});
