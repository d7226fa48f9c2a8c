/** Who takes mail where: the assignment map, "Which flow runs?", many domains at once, and why recipients are sent apart. */
import { expect, type Page, test } from "@playwright/test";
import { createGateway, freePort, type Gateway } from "../../engine/test/support/gateway.ts";
import { printedCode } from "./fixtures/administrator.ts";
import { axeOn } from "./fixtures/axe.ts";

let gateway: Gateway;

test.beforeAll(async () => {
  const port = await freePort();
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
  await gateway.apply({
    "transports/internal.yaml": 'destination: "127.0.0.1:1"\n',
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\nipPolicyFlow: default-connection\n`,
    "domains/example.org.yaml":
      "transport: internal\naliases: [example.net]\nrecipientFlow: spf-and-recipient\ncontentFlow: for-the-boss\n",
    "flows/content/for-the-boss.yaml": [
      "kind: content",
      "title: For the boss",
      "entry: boss",
      "nodes:",
      '  boss: { block: branch, version: 1, title: "The boss?", config: { condition: \'$recipient == "boss@example.org"\' }, outcomes: { yes: hold, no: deliver } }',
      "  hold: { block: quarantine, version: 1, config: { quarantine: default } }",
      "  deliver: { block: deliver, version: 1, config: {} }",
      "",
    ].join("\n"),
  });
});

test.afterAll(() => gateway.stop());

const accessible = async (page: Page): Promise<void> => {
  const { violations } = await axeOn(page)
    .withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
};

test("an administrator sees who takes mail where, and adds many domains", async ({ page }) => {
  const base = `http://127.0.0.1:${gateway.httpPort}`;

  await test.step("signs in", async () => {
    const code = await printedCode(gateway);
    await page.goto(`${base}/setup?code=${code}`);
    await page.getByLabel("Name").fill("anna");
    for (const field of await page.locator("input[type=password]").all())
      await field.fill("correct horse battery staple");
    await page.getByRole("button", { name: /Make|Create|Set up/ }).click();
    await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  });

  await test.step("the map shows flows, and where each is set", async () => {
    await page.getByRole("link", { name: "Assignment map" }).click();
    const map = page.getByRole("table", { name: "Listeners by domains" });
    await expect(map.getByRole("columnheader")).toHaveText([
      "Listener",
      "example.net",
      "example.org",
    ]);
    await expect(map).toContainText("alias of example.org");
    await expect(map).toContainText("IP policy: default-connection (set at the listener)");
    await expect(map).toContainText("Recipient: spf-and-recipient (inherited by alias)");
    await page.getByLabel("Domains whose name holds").fill("net");
    await expect(map.getByRole("columnheader")).toHaveText(["Listener", "example.net"]);
    await accessible(page);
  });

  await test.step("which flow runs is answered with the matches that were tried", async () => {
    await page.getByLabel("Recipient", { exact: true }).fill("joe@example.net");
    await page.getByRole("button", { name: "Find out" }).click();
    await expect(
      page.getByText("Matches: example.net on every listener. alias of example.org"),
    ).toBeVisible();
    await page.getByLabel("Recipient", { exact: true }).fill("joe@elsewhere.example");
    await page.getByRole("button", { name: "Find out" }).click();
    await expect(page.getByText("550 5.7.1 Relaying denied")).toBeVisible();
  });

  await test.step("the domain tells why its recipients are sent apart", async () => {
    await page.goto(`${base}/routing/domains/example.org`);
    const note = page.getByText("It looks at the recipient ($recipient in");
    await expect(note).toContainText("The boss?");
    await expect(note).toContainText("is asked to send them apart (452)");
    await accessible(page);
  });

  await test.step("many domains go in at once; refused lines say why", async () => {
    await page.goto(`${base}/routing/domains`);
    await page.getByRole("button", { name: "Add many" }).click();
    const names = Array.from({ length: 230 }, (_, index) => `d${index}.example`);
    names[199] = "no domain!";
    names[210] = "bücher.example example.net";
    names[220] = "bücher.test";
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Domains").fill(names.join("\n"));
    await dialog.getByRole("button", { name: "Add the domains" }).click();
    await expect(dialog.getByText("228 added to the draft")).toBeVisible();
    await expect(dialog.getByText("2 lines were refused")).toBeVisible();
    await expect(
      dialog.getByText("Line 200, no domain!: “domain!” is no domain name."),
    ).toBeVisible();
    await expect(dialog.getByText("example.net belongs to example.org.")).toBeVisible();
    await accessible(page);
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await page.goto(`${base}/routing/domains/xn--bcher-kva.test`);
    await expect(page.getByLabel("Domain name", { exact: true })).toHaveValue("bücher.test");
  });
});
