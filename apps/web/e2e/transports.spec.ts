/** A way out for mail: its form explains every setting, and the test shows each step against a real Postfix. */
import { expect, test } from "@playwright/test";
import { createGateway, freePort, type Gateway } from "../../engine/test/support/gateway.ts";
import { type Postfix, startPostfix } from "../../engine/test/support/postfix.ts";
import { makeAdministrator, printedCode } from "./fixtures/administrator.ts";
import { axeOn } from "./fixtures/axe.ts";

let gateway: Gateway;
let postfix: Postfix;

test.beforeAll(async () => {
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
  const code = await printedCode(gateway);
  await makeAdministrator(page, base, code);

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
  const { violations } = await axeOn(page).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);

  await page.getByRole("button", { name: "Save in the draft" }).click();
  await expect(page).toHaveURL(/transports\/internal/);
});
