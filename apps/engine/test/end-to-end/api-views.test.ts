/** Saved views of lists: each user's own, and none that leads out of the app. */
import { expect, test } from "vitest";
import { apiOfFile, createBrowser, password, refusal } from "./api-support.ts";

const { anna, gateway } = await apiOfFile();

test("a view is kept, replaced and deleted, and nobody else sees it", async () => {
  const { views } = anna.api;
  const page = "history" as const;
  const place = "/mail/history?q=outcome%3Arejected";
  for (const name of ["customer 10", "customer 2"]) await views.save.mutate({ page, name, place });
  await views.save.mutate({ page, name: " customer 2 ", place: "/mail/history?q=x" });
  expect(await views.list.query({ page })).toEqual([
    { name: "customer 2", place: "/mail/history?q=x" },
    { name: "customer 10", place },
  ]);
  expect(await views.list.query({ page: "queues" })).toEqual([]);
  await anna.api.users.add.mutate({ name: "otto", role: "auditor", password });
  const otto = createBrowser(gateway.address);
  await otto.api.signIn.signIn.mutate({ name: "otto", password });
  expect(await otto.api.views.list.query({ page })).toEqual([]);
  await otto.api.views.remove.mutate({ page, name: "customer 2" });
  expect(await views.list.query({ page })).toHaveLength(2);
  await views.remove.mutate({ page, name: "customer 10" });
  expect(await views.list.query({ page })).toHaveLength(1);
});

test.each(["https://elsewhere.example/", "//elsewhere.example", "/mail/history?q=ü", "/users"])(
  "%s is no place of a list",
  async (place) => {
    const saved = anna.api.views.save.mutate({ page: "queues", name: "x", place });
    expect((await refusal(saved)).code).toBe("INVALID");
  },
);

test("there is an end to the number of views", async () => {
  const save = (name: string) =>
    anna.api.views.save.mutate({ page: "queues", name, place: "/mail/queues/outgoing?hop=x" });
  for (let number = 1; number <= 50; number++) await save(`view ${number}`);
  expect((await refusal(save("one more"))).code).toBe("INVALID");
  await save("view 50"); // it is there already
  expect(await anna.api.views.list.query({ page: "queues" })).toHaveLength(50);
});
