/** A way out for mail: its form explains every setting, and the test shows each step against a real Postfix. */
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { createGateway, freePort, type Gateway } from "../../engine/test/support/gateway.ts";
import { type Postfix, startPostfix } from "../../engine/test/support/postfix.ts";

let gateway: Gateway;
let postfix: Postfix;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  postfix = await startPostfix({ relayTo: 9 });
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
});
test.afterAll(async () => {
  await gateway.stop();
  await postfix.stop();
});

test("a transport is written, tried step by step, and saved", async ({ page }) => {
  const base = `http://127.0.0.1:${gateway.httpPort}`;
  await expect.poll(() => gateway.output()).toContain("/setup?code=");
  const code = /setup\?code=(\S+)/.exec(gateway.output())?.[1] ?? "";
  await page.goto(`${base}/setup?code=${code}`);
  await page.getByLabel("Name").fill("postmaster");
  for (const field of await page.locator("input[type=password]").all())
    await field.fill("correct horse battery");
  await page.locator("button[type=submit]").click();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();

  const closed = await freePort();
  await page.goto(`${base}/routing/transports/~new`);
  await page.getByLabel("Id", { exact: false }).first().fill("internal");
  await page
    .getByLabel("Destination")
    .first()
    .fill(`127.0.0.1:${closed}, 127.0.0.1:${postfix.port}`);
  for (const setting of [
    "Fallback",
    "Delivery flow",
    "Server's certificate",
    "Client certificate",
    "Retry delays",
    "Notice of delay after (minutes)",
    "Time for the reply to DATA (seconds)",
    "Time for a part of the message (seconds)",
  ])
    await expect(page.getByText(setting, { exact: true }).first()).toBeVisible();

  await page.getByRole("button", { name: "Test now" }).click();
  const steps = page.getByRole("table", { name: "Steps of the test" });
  const where = `127.0.0.1 [127.0.0.1]:${postfix.port}`;
  await expect(steps.getByRole("row").filter({ hasText: `${where} hello` })).toContainText(
    "PIPELINING",
  );
  await expect(steps.getByRole("row").filter({ hasText: `${where} greeting` })).toContainText(
    "220 postfix.example.test",
  );
  await expect(
    steps
      .getByRole("row")
      .filter({ hasText: `:${closed}` })
      .nth(1),
  ).toContainText("ECONNREFUSED");
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);

  await page.getByRole("button", { name: "Save in the draft" }).click();
  await expect(page).toHaveURL(/transports\/internal/);
});
