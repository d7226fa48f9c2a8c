/** Writing a script in its block: the draft is saved meanwhile, and the editor stays the one it was. */
import path from "node:path";
import { expect, test } from "@playwright/test";
import { startDevGateway } from "./fixtures/dev-gateway.ts";

let gateway: Awaited<ReturnType<typeof startDevGateway>>;

test.beforeAll(async () => {
  test.setTimeout(60_000);
  gateway = await startDevGateway(0, path.resolve(import.meta.dirname, "../dist"));
});
test.afterAll(() => gateway.close());

test("typing goes on after the draft was saved, and mistakes have their place", async ({
  page,
}) => {
  await page.goto(`${gateway.address}/setup?code=${await gateway.setupCode()}`);
  await page.getByLabel("Name").fill("anna");
  for (const field of await page.locator("input[type=password]").all())
    await field.fill("correct horse battery");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await page.goto(`${gateway.address}/flows/spf-and-recipient?node=greet`);
  const editor = page.getByRole("textbox", { name: "Script" }).and(page.locator(".cm-content"));
  await editor.click();
  await page.keyboard.press("Control+a");

  await test.step("a save in the middle", async () => {
    const saved = page.waitForResponse(
      (response) => response.request().method() === "POST" && response.url().includes("/trpc/"),
    );
    await page.keyboard.type("// Mine\necho strlen(");
    await saved;
    await expect(page.getByText(/^Saved/)).toBeVisible();
    await page.keyboard.type('"x")');
    await expect(editor).toContainText('echo strlen("x")');
    await expect(editor).toBeFocused();
  });

  await test.step("line, column and cure under the field", async () => {
    await expect(page.getByRole("alert")).toContainText(
      "Line 2, column 17: Expected `;` before the end of the script. Put ; after `)`",
    );
  });

  await test.step("find stands above the text", async () => {
    await page.keyboard.press("Control+f");
    await expect(
      page.locator(".cm-panels-top").getByRole("textbox", { name: "Find" }),
    ).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(editor).toBeFocused();
  });
});
