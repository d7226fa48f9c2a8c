/** An authenticator beside the password, and the password again before users change. */
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { codeAt, secretBytes } from "../../engine/test/support/authenticator.ts";
import { axeOn } from "./fixtures/axe.ts";
import { startDevGateway } from "./fixtures/dev-gateway.ts";

const password = "correct horse battery staple";
let gateway: Awaited<ReturnType<typeof startDevGateway>>;
let ahead = 0;

test.beforeAll(async () => {
  gateway = await startDevGateway(0, path.resolve(import.meta.dirname, "../dist"));
});
test.afterAll(() => gateway.close());

const advance = (milliseconds: number): void => {
  ahead += milliseconds;
  gateway.advance(milliseconds);
};

const codeOf = (secret: Buffer): string => codeAt(secret, new Date(Date.now() + ahead));

const accessible = async (page: Page): Promise<void> => {
  const { violations } = await axeOn(page)
    .withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
};

const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env["PICTURES"];
  if (folder !== undefined) await page.screenshot({ path: path.join(folder, `${name}.png`) });
};

test("an administrator sets up an authenticator, signs in with it, and proves it before a change", async ({
  page,
}) => {
  await page.goto(`${gateway.address}/setup?code=${await gateway.setupCode()}`);
  await page.locator("input[name=username]").fill("anna");
  await page.locator("input[name=new-password]").fill(password);
  await page.locator("input[name=repeat-password]").fill(password);
  await page.getByRole("button", { name: "Create the administrator" }).click();
  await page.waitForURL(/\/(flows|$)/);

  await page.goto(`${gateway.address}/system/sessions`);
  await page.getByRole("button", { name: "Set it up" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Password" }).fill(password);
  await dialog.getByRole("button", { name: "Next" }).click();
  await dialog.getByRole("img", { name: /QR code/ }).waitFor();
  await accessible(page);
  await picture(page, "second-factor");
  const shown = (await dialog.getByText(/Or type:/).textContent()) ?? "";
  const secret = secretBytes(shown.replace(/^Or type:/, "").replaceAll(" ", ""));
  await dialog.getByRole("textbox", { name: "Code" }).fill("000000");
  await dialog.getByRole("button", { name: "Ask for codes from now on" }).click();
  await dialog.getByText("This is not the code of the authenticator now.").waitFor();
  await dialog.getByRole("textbox", { name: "Code" }).fill(codeOf(secret));
  await dialog.getByRole("button", { name: "Ask for codes from now on" }).click();
  await page.getByRole("button", { name: "Take it away" }).waitFor();

  await page.context().clearCookies();
  advance(31_000);
  await page.goto(`${gateway.address}/sign-in`);
  await page.getByLabel("Name").fill("anna");
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Code").fill(codeOf(secret));
  await accessible(page);
  await picture(page, "code");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/(flows|$)/);

  advance(16 * 60_000);
  await page.goto(`${gateway.address}/system/users`);
  await page.getByRole("button", { name: "New user" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("otto");
  await page.getByRole("dialog").getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Add the user" }).click();
  const proof = page.getByRole("dialog", { name: "Give your password again" });
  await proof.getByRole("textbox", { name: "Password" }).fill(password);
  await proof.getByLabel("Code").fill(codeOf(secret));
  await picture(page, "proof");
  await accessible(page);
  await proof.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("gridcell", { name: "otto" }).waitFor();
});
