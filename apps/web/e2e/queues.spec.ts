/** Mail that waits, acted on in the browser: one entry, all that match, a hop, and a long job. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { standstill } from "../../engine/test/support/standstill.ts";
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

const idsOf = async (condition: string): Promise<string[]> => {
  const rows = await gateway.query(
    `SELECT queue_id FROM queue_entry WHERE ${condition} ORDER BY queue_id`,
  );
  return rows.map((row) => String(row["queue_id"]));
};

const choose = async (page: Page, action: string): Promise<void> => {
  await page.getByRole("button", { name: /^Act on/ }).click();
  await page.getByRole("menuitem", { name: action }).click();
  await page.getByRole("dialog").waitFor();
};

const confirm = (page: Page, action: string): Promise<void> =>
  page
    .getByRole("dialog")
    .getByRole("button", { name: new RegExp(`^${action}`) })
    .click();

test("an administrator acts on waiting mail, and sees what became of it", async ({ page }) => {
  await page.goto(`${gateway.address}/setup?code=${await gateway.setupCode()}`);
  await page.locator("input[name=username]").fill("anna");
  await page.locator("input[name=new-password]").fill("correct horse battery staple");
  await page.locator("input[name=repeat-password]").fill("correct horse battery staple");
  await page.getByRole("button", { name: "Create the administrator" }).click();
  await page.waitForURL(/\/(flows|$)/);
  const open = async (queue: string, search = ""): Promise<void> => {
    await page.goto(`${gateway.address}/mail/queues/${queue}${search}`);
    await page.getByRole("grid").getByRole("checkbox").nth(1).waitFor();
  };
  const job = (words: string) => page.getByRole("alert").filter({ hasText: words });

  // an action that needs something asks for it first
  await open("outgoing");
  await page.getByRole("grid").getByRole("checkbox").nth(1).click();
  await choose(page, "Send through another transport");
  await expect(
    page.getByRole("dialog").getByRole("button", { name: /^Send through/ }),
  ).toBeDisabled();
  await page.getByRole("dialog").getByRole("combobox", { name: "Transport" }).click();
  await expect(page.getByText("No transport is published.")).toBeVisible();
  await shot(page, "transport");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await choose(page, "Send to another recipient");
  await page
    .getByRole("dialog")
    .getByRole("textbox", { name: "Recipient" })
    .fill("bob@example.net");
  await confirm(page, "Send to another recipient");
  await expect(job("1 of 1 done")).toBeVisible();
  expect(await idsOf("recipient = 'bob@example.net' AND attempts = 0")).toHaveLength(1);

  // what went away meanwhile, or is being delivered, is named
  const [gone = "", busy = ""] = await idsOf(
    "next_hop = 'mx.partner.example' AND queue = 'outgoing'",
  );
  await open("outgoing", "?hop=mx.partner.example");
  await page.getByRole("grid").getByRole("checkbox").nth(0).click();
  await gateway.query("DELETE FROM queue_entry WHERE queue_id = $1", [gone]);
  await gateway.query("INSERT INTO worker_lease VALUES (999, 'w', now() + interval '1 hour')");
  await gateway.query("UPDATE queue_entry SET lease_epoch = 999 WHERE queue_id = $1", [busy]);
  await choose(page, "Hold");
  await confirm(page, "Hold");
  await expect(job("2 left alone (1 gone, 1 being delivered)")).toBeVisible();
  await shot(page, "left-alone");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "List of those left alone" }).click();
  const list = await readFile(await (await download).path(), "utf8");
  expect(list).toBe(`${gone}\tgone\n${busy}\tbeing delivered\n`);

  // all that match
  await open("hold");
  await choose(page, "Release from hold");
  await expect(page.getByRole("dialog")).toContainText("everything in the queue “On hold”");
  await shot(page, "release");
  const before = await idsOf("queue = 'hold'");
  await confirm(page, "Release from hold");
  await expect(job("nothing is done yet")).toBeVisible();
  await shot(page, "undo");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(job("Release from hold: Stopped")).toBeVisible();
  expect(await idsOf("queue = 'hold'")).toEqual(before);
  await choose(page, "Release from hold");
  await confirm(page, "Release from hold");
  await expect(page.getByText("Nothing waits")).toBeVisible();
  await open("outgoing", "?hop=192.0.2.10:25");
  await choose(page, "Return to the sender");
  await expect(page.getByRole("dialog")).toContainText("next hop 192.0.2.10:25");
  await confirm(page, "Return to the sender");
  await expect(job("Return to the sender: Done")).toBeVisible();
  expect(await idsOf("envelope ? 'returnNow'")).toHaveLength(36);
  await choose(page, "Delete from the queue");
  await confirm(page, "Delete from the queue");
  await expect(page.getByText("Nothing matches")).toBeVisible();

  // a hop is stopped and goes on
  await open("outgoing");
  await page.getByRole("button", { name: "Pause or resume mail.example.org" }).click();
  await page.getByRole("menuitem", { name: "Pause this next hop" }).click();
  await expect(page.getByText(/^Next hop mail.example.org is paused, by anna/)).toBeVisible();
  await shot(page, "paused");
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await expect(page.getByText(/is paused, by anna/)).toBeHidden();

  // a long job is watched and stopped; what was done stays done
  await gateway.query(
    `INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at,
       transport, next_hop, revision, next_attempt_at, envelope)
     SELECT 100000 + n, gen_random_uuid(), gen_random_uuid(), 'outgoing', 'a@sender.example', 'b@example.org', 1,
       now(), 'internal', 'mx.many.example', 1, now() + interval '1 hour', '{}' FROM generate_series(1, 60000) AS n`,
  );
  const midway = await standstill(gateway.query, "queue_entry", "NEW.queue_id = 130000");
  await open("outgoing", "?hop=mx.many.example");
  await choose(page, "Hold");
  await confirm(page, "Hold");
  await expect(job("Hold: Under way")).toBeVisible();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await shot(page, "under-way");
  const isTold = page.waitForResponse(/queue\.stopJob/);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await isTold;
  await midway.goOn();
  await expect(job("Hold: Stopped")).toContainText("not reached");
  await shot(page, "stopped");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot(page, "stopped-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await shot(page, "stopped-narrow");
  const held = await idsOf("queue = 'hold' AND next_hop = 'mx.many.example'");
  expect(held.length).toBeGreaterThan(0);
  expect(held.length).toBeLessThan(60_000);
});
