/** A filter of a list is kept under a name, and found again. */
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { makeAdministrator } from "./fixtures/administrator.ts";
import { startDevGateway } from "./fixtures/dev-gateway.ts";

let gateway: Awaited<ReturnType<typeof startDevGateway>>;
test.beforeAll(async () => {
  gateway = await startDevGateway(0, path.resolve(import.meta.dirname, "../dist"));
});
test.afterAll(() => gateway.close());

const shots = process.env["SHOTS_FOLDER"];
const shot = async (page: Page, name: string): Promise<void> => {
  if (shots !== undefined) await page.screenshot({ path: path.join(shots, `${name}.png`) });
};

test("a filter is kept under a name, found again and deleted", async ({ page }) => {
  await makeAdministrator(page, gateway.address, await gateway.setupCode());
  await page.goto(`${gateway.address}/mail/queues/outgoing`);
  const views = page.getByRole("button", { name: "Views" });
  await views.click();
  await expect(page.getByText(/No saved views yet/)).toBeVisible();
  await expect(page.getByLabel("Keep this filter as")).toBeHidden(); // nothing is filtered
  await page.keyboard.press("Escape");

  await page.getByRole("textbox", { name: "Search" }).fill("grüße");
  await page.keyboard.press("Enter");
  await page.waitForURL(/text=/);
  const filtered = page.url();
  await views.click();
  await page.getByLabel("Keep this filter as").fill("Greetings");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Greetings" })).toBeVisible();
  await shot(page, "views");

  await page.goto(`${gateway.address}/mail/queues/hold`);
  await views.click();
  await page.getByRole("link", { name: "Greetings" }).click();
  await page.waitForURL(/outgoing\?text=/);
  expect(new URL(page.url()).href).toBe(new URL(filtered).href);
  await expect(page.getByRole("textbox", { name: "Search" })).toHaveValue("grüße");
  await views.click();
  await page.getByRole("button", { name: "Delete the view Greetings" }).click();
  await expect(page.getByRole("link", { name: "Greetings" })).toBeHidden();

  await page.goto(`${gateway.address}/mail/history?q=outcome%3Arejected`);
  await views.click();
  await expect(page.getByText(/No saved views yet/)).toBeVisible(); // each page has its own
  await page.getByLabel("Keep this filter as").fill("Rejected");
  await page.getByRole("button", { name: "Keep" }).click();
  await expect(page.getByRole("link", { name: "Rejected" })).toBeVisible();
  await shot(page, "history-views");
});
