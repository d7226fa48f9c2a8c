/** A whole flow built, changed and tried without a pointer; a reload in the middle loses nothing. */
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { startDevGateway } from "./fixtures/dev-gateway.ts";

let gateway: Awaited<ReturnType<typeof startDevGateway>>;

test.beforeAll(async () => {
  gateway = await startDevGateway(0, path.resolve(import.meta.dirname, "../dist"));
});
test.afterAll(() => gateway.close());

/** Adds by the quick-add dialog: a letter, a name, Enter. */
const add = async (page: Page, name: string): Promise<void> => {
  await page.keyboard.press("a");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.type(name);
  await expect(page.getByRole("option").first()).toContainText(name);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
};

const blocks = (page: Page) => page.locator(".react-flow [data-block-id]");

test("a flow of six blocks by keyboard alone, and undo after a reload", async ({ page }) => {
  await page.goto(`${gateway.address}/setup?code=${await gateway.setupCode()}`);
  await page.getByLabel("Name").fill("anna");
  for (const field of await page.locator("input[type=password]").all())
    await field.fill("correct horse battery");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();

  await test.step("a new flow", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("f");
    await expect(page.getByRole("heading", { name: "Flows", level: 1 })).toBeVisible();
    await page.getByRole("button", { name: "New flow" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByLabel("Title").focus();
    await page.keyboard.type("By keys");
    await page.getByRole("radio", { name: /Recipient/ }).focus();
    await page.keyboard.press("Space");
    await page.getByRole("radio", { name: /empty/ }).focus();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Create the flow" }).focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("application", { name: /^Canvas of/ })).toBeVisible();
  });

  await test.step("blocks", async () => {
    await page.getByRole("button", { name: "Add the first block" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("Signed in");
    await page.keyboard.press("Enter");
    await expect(page.locator(":focus[data-block-id]")).toBeVisible();
    for (const name of ["SPF", "Rate limit", "Branch", "Script", "Accept"]) {
      await add(page, name);
      await expect(page.locator(":focus[data-block-id]")).toContainText(name);
    }
    await expect(blocks(page)).toHaveCount(6);
  });

  await test.step("delete, and undo by the key", async () => {
    await page.keyboard.press("ArrowUp");
    await expect(page.locator(":focus[data-block-id]")).toContainText("Script");
    await page.keyboard.press("Delete");
    await expect(blocks(page)).toHaveCount(5);
    await expect(page.getByText(/^Deleted/).first()).toBeAttached();
    await page.keyboard.press("Control+z");
    await expect(blocks(page)).toHaveCount(6);
  });

  await test.step("a reload keeps the flow and the steps of undo", async () => {
    await expect(page.getByText(/^Saved \d/)).toBeVisible();
    await page.reload();
    await expect(blocks(page)).toHaveCount(6);
    await expect(page.getByRole("button", { name: /^Undo: Add/ })).toBeEnabled();
  });

  await test.step("tried on a message of history", async () => {
    await blocks(page).first().focus();
    await page.keyboard.press("Control+Enter");
    await page.getByRole("radio", { name: "Made up" }).focus();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Try the flow" }).focus();
    await page.keyboard.press("Enter");
    await expect(page.getByText(/^Ends (at|with)|does not compile/).first()).toBeVisible();
  });
});
