/** Scanners, lists and rules for content are named on the gateway's page. */
import { expect, test } from "@playwright/test";
import { createGateway, type Gateway } from "../../engine/test/support/gateway.ts";
import { makeAdministrator, printedCode } from "./fixtures/administrator.ts";

let gateway: Gateway;
test.beforeAll(async () => {
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
});
test.afterAll(() => gateway.stop());

test("an administrator says where clamd and spamd listen", async ({ page }) => {
  const base = `http://127.0.0.1:${gateway.httpPort}`;
  const code = await printedCode(gateway);
  await makeAdministrator(page, base, code);

  await page.goto(`${base}/system/gateway`);
  for (const setting of [
    "SpamAssassin servers",
    "Largest message for SpamAssassin (kB)",
    "ClamAV servers",
    "Time for a scan (seconds)",
    "Refused senders",
    "Welcome senders",
    "Rules for content",
    "What scripts may connect to",
  ])
    await expect(page.getByText(setting, { exact: true }).first()).toBeVisible();
  await expect(page.getByText("StreamMaxLength in clamd.conf")).toBeVisible();
  const clamd = page.getByRole("textbox", { name: "ClamAV servers" });
  await clamd.fill("not a place");
  await page.getByRole("button", { name: "Save in the draft" }).click();
  await expect(page.getByText("or the path of a socket.", { exact: false }).last()).toBeVisible();
  await clamd.fill("/run/clamav/clamd.ctl\n127.0.0.1:3310");
  await page
    .getByRole("textbox", { name: "Rules for content" })
    .fill("program: filename /[.]exe$/i");
  await page.getByRole("button", { name: "Save in the draft" }).click();
  await expect(page.getByText("Saved in the draft.").first()).toBeAttached();
  await page.reload();
  await expect(clamd).toHaveValue("/run/clamav/clamd.ctl\n127.0.0.1:3310");
});
