/** History while mail comes in: the list follows, unless somebody reads further down. */
import { randomUUID } from "node:crypto";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { makeAdministrator } from "./fixtures/administrator.ts";
import { startDevGateway } from "./fixtures/dev-gateway.ts";

let gateway: Awaited<ReturnType<typeof startDevGateway>>;

test.beforeAll(async () => {
  gateway = await startDevGateway(0, path.resolve(import.meta.dirname, "../dist"));
});
test.afterAll(() => gateway.close());

const arrive = (subject: string, sender = "new@example.com"): void =>
  gateway.history.record({
    ...{ messageId: randomUUID(), at: new Date(), outcome: "delivered", stage: "data" },
    ...{ listener: "inbound", clientAddress: "192.0.2.7", helo: "mx.example.com", signIn: null },
    ...{ sender, recipients: ["anna@example.org"], subject, size: 10, revision: 1 },
    ...{ flow: null, node: null, reply: "250 Ok", traces: [], events: [] },
  });

test("new mail appears by itself, and waits behind a button while somebody reads", async ({
  page,
}) => {
  await makeAdministrator(page, gateway.address, await gateway.setupCode());
  await page.goto(`${gateway.address}/mail/history`);
  const list = page.getByRole("grid", { name: "History" });
  await expect(list.getByRole("row").nth(5)).toBeVisible();

  arrive("Arrives by itself");
  await expect(list.getByText("Arrives by itself")).toBeVisible();

  await page.locator(".data-table").evaluate((table) => table.scrollTo({ top: 900 }));
  for (const subject of ["One", "Two", "Three"]) arrive(subject);
  const button = page.getByRole("button", { name: "3 new" });
  await expect(button).toBeVisible();
  await button.click();
  await expect(list.getByText("Three", { exact: true })).toBeVisible();

  await page.getByRole("row").nth(2).focus();
  await page.keyboard.press(".");
  await page.getByRole("menuitem", { name: "Only new@example.com" }).click();
  await expect(page).toHaveURL(/from%3Anew/);
  await expect(list.getByRole("row")).toHaveCount(5); // the head and four messages
});
