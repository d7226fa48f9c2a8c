/** Writing a script in its block: the draft is saved meanwhile, and the editor stays the one it was. */
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { makeAdministrator } from "./fixtures/administrator.ts";
import { axeOn } from "./fixtures/axe.ts";
import { startDevGateway } from "./fixtures/dev-gateway.ts";

const signIn = async (page: Page): Promise<void> => {
  await makeAdministrator(page, gateway.address, await gateway.setupCode());
};

let gateway: Awaited<ReturnType<typeof startDevGateway>>;

test.beforeEach(async () => {
  gateway = await startDevGateway(0, path.resolve(import.meta.dirname, "../dist"));
});
test.afterEach(() => gateway.close());

test("typing goes on after the draft was saved, and mistakes have their place", async ({
  page,
}) => {
  await signIn(page);
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

  const mistakes = page.getByRole("list", { name: "Problems in the script" });
  await test.step("line, column and cure under the field", async () => {
    await expect(mistakes).toContainText(
      "Line 2, column 17: Expected `;` before the end of the script. Put ; after `)`",
    );
  });

  await test.step("what the checker knows stands there too, and leads to its place", async () => {
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText("// Mine\n$n = strln($sender);\nBlock();\n");
    await expect(mistakes.getByRole("button")).toHaveText([
      "Line 2, column 6: There is no function `strln` here. Did you mean strlen?",
      "Line 3, column 1: There is no function `Block` here. It exists in flows of the kind IP policy.",
    ]);
    await mistakes.getByRole("button", { name: /strln/ }).click();
    await expect(editor).toBeFocused();
    await page.keyboard.press("Shift+End");
    expect(await page.evaluate(() => getSelection()?.toString())).toBe("strln($sender);");
  });

  await test.step("a problem of the list below leads into the text as well", async () => {
    await page.getByRole("tab", { name: /^Problems/ }).click();
    await page
      .getByRole("button", { name: /There is no function `Block`/ })
      .last()
      .click();
    await expect(editor).toBeFocused();
    await page.keyboard.press("Shift+End");
    expect(await page.evaluate(() => getSelection()?.toString())).toBe("Block();");
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

const common = Array.from({ length: 30 }, (_, index) => `echo "line ${index + 1}";`);
const published = ["// Mine", ...common, "echo 1;", ""].join("\n");
const changed = ["// Mine", "echo 0;", ...common, "echo 2;", ""].join("\n");

/** The text of the one Script block, saved in the draft. */
const write = async (page: Page, text: string): Promise<void> => {
  await page.goto(`${gateway.address}/flows/spf-and-recipient?node=greet`);
  await textbox(page).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
  await page.keyboard.press("Control+s");
  await expect(page.getByText(/^Saved/)).toBeVisible();
};

const textbox = (page: Page) =>
  page.getByRole("textbox", { name: "Script", exact: true }).and(page.locator(".cm-content"));

const publish = async (page: Page, message: string): Promise<void> => {
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Publish the draft" });
  await dialog.getByLabel("Message").fill(message);
  const warnings = dialog.getByRole("checkbox");
  if (await warnings.isVisible()) await warnings.check();
  await dialog.getByRole("button", { name: "Publish" }).click();
  await expect(dialog).toBeHidden();
};

/** What the draft holds now. */
const stored = async (): Promise<unknown> => {
  const [row] = await gateway.query(
    "SELECT body #>> '{nodes,greet,config,source}' AS text FROM draft_object WHERE kind = 'flow' AND id = 'spf-and-recipient'",
  );
  return row?.["text"];
};

const axe = async (page: Page): Promise<string[]> => {
  const { violations } = await axeOn(page).include("[data-region], dialog").analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
};

test("a script is compared with what is live, and one piece of it taken back", async ({ page }) => {
  await signIn(page);
  await write(page, published);
  await publish(page, "A script of thirty lines");
  const compare = page.getByRole("button", { name: "Compare", exact: true });
  const says = (words: string | RegExp) => expect(page.getByText(words)).toBeVisible();

  await test.step("no difference has a sentence", async () => {
    await page.goto(`${gateway.address}/flows/spf-and-recipient?node=greet`);
    await compare.click();
    await says("No difference: the text is the same as in the live revision 2.");
  });

  await test.step("what differs is marked while it is written, what is the same is folded", async () => {
    await textbox(page).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(changed);
    await says("2 places differ from the live revision 2.");
    await expect(page.locator(".cm-deletedLine")).toHaveText(["echo 1;"]);
    await compare.click();
    await compare.click();
    await expect(page.locator(".cm-collapsedLines")).toHaveText(/\d+ unchanged lines/);
    await page.getByRole("checkbox", { name: "All lines" }).check();
    await expect(page.locator(".cm-collapsedLines")).toHaveCount(0);
    expect(await axe(page)).toEqual([]);
  });

  await test.step("a piece is taken back with keys alone, the other stays, and undo brings it again", async () => {
    await textbox(page).focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("F7");
    await says(/this is number 1/);
    const takeBack = page.getByRole("button", { name: "Take back" }).first();
    await takeBack.focus();
    await page.keyboard.press("Enter");
    await says("1 place differs from the live revision 2.");
    await expect(textbox(page)).toBeFocused();
    await expect.poll(stored).toBe(changed.replace("echo 0;\n", ""));
    await page.keyboard.press("Control+z");
    await expect.poll(stored).toBe(changed);
  });

  await test.step("in the full window the texts stand beside each other", async () => {
    await page.getByRole("button", { name: "Edit in the full window" }).click();
    const dialog = page.getByRole("dialog", { name: "Mine" });
    await expect(dialog.getByRole("textbox", { name: "Live: revision 2" })).toContainText(
      "echo 1;",
    );
    await dialog.locator(".cm-merge-revert").getByRole("button").first().click();
    await expect.poll(stored).toBe(changed.replace("echo 0;\n", ""));
    await dialog.getByLabel("Compare with").selectOption({ label: "When this editor was opened" });
    await expect(dialog.getByText(/1 place differs from the text from when/)).toBeVisible();
    await dialog.getByLabel("Compare with").selectOption({ index: 2 });
    await expect(dialog.getByText(/differs? from revision 1/)).toBeVisible();
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole("button", { name: /close/i }).first().click();
  });

  await test.step("before publishing the lines can be seen", async () => {
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByRole("button", { name: "Show the lines of block greet › source" }).click();
    const lines = page.getByRole("textbox", { name: "Lines of block greet › source" });
    await expect(lines.locator(".cm-deletedLine")).toHaveText(["echo 1;"]);
    await expect(lines.locator(".cm-changedLine")).toHaveText(["echo 2;"]);
  });
});

test("on a phone a script is opened with a tap, and compared line under line", async ({ page }) => {
  await signIn(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${gateway.address}/flows/spf-and-recipient`);
  await page.getByRole("treegrid").getByText("Greets the world", { exact: true }).click();
  await textbox(page).click();
  await page.keyboard.press("Control+End");
  await test.step("Escape closes the list of words, and then the settings", async () => {
    await page.keyboard.type("$seen = Map();\n$seen->");
    const words = page.getByRole("listbox", { name: "Completions" });
    await expect(words.getByRole("option", { name: "entries" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(words).toBeHidden();
    await expect(textbox(page)).toBeFocused();
    await page.keyboard.type("size();\n");
    await page.keyboard.press("Escape");
    await expect(textbox(page)).toBeHidden();
    await page.getByRole("treegrid").getByText("Greets the world", { exact: true }).click();
    await textbox(page).click();
    await page.keyboard.press("Control+End");
  });
  await page.keyboard.insertText("echo strlen();\n");
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await expect(page.getByText(/^1 place differs from the live revision 1/)).toBeVisible();
  await page.getByRole("button", { name: "`strlen` takes 1 argument" }).click();
  await expect(textbox(page)).toBeFocused();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
});
