/**
 * The whole story of a newcomer: the set-up link, a transport to a real Postfix, a
 * domain, two flows dragged together, publish, ten real mails, and each of them
 * opened in History as a lit path.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import { createGateway, freePort, type Gateway } from "../../engine/test/support/gateway.ts";
import { type Knot, startKnot } from "../../engine/test/support/knot.ts";
import { type Postfix, startPostfix } from "../../engine/test/support/postfix.ts";
import { type Sink, startSink } from "../../engine/test/support/sink.ts";
import { makeAdministrator, printedCode } from "./fixtures/administrator.ts";
import { axeOn } from "./fixtures/axe.ts";

const run = promisify(execFile);

let gateway: Gateway;
let knot: Knot;
let sink: Sink;
let postfix: Postfix;
let smtpPort: number;

test.beforeAll(async () => {
  sink = await startSink();
  postfix = await startPostfix({ relayTo: sink.port });
  knot = await startKnot({
    "dnsbl.test": "9.0.0.127 A 127.0.0.2",
    "strict.test": '@ TXT "v=spf1 ip4:192.0.2.1 -all"',
    "open.test": '@ TXT "v=spf1 ip4:127.0.0.0/8 -all"',
  });
  smtpPort = await freePort();
  gateway = await createGateway();
  await gateway.start();
});

test.afterAll(async () => {
  await gateway.stop();
  await knot.stop();
  await postfix.stop();
  await sink.close();
});

/** Where the canvas is free once the whole flow is in view. */
const free = { x: 990, y: 140 };

const fit = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: /fit view/i }).click();
};

/** Clicks a block of the canvas, wherever the last step has moved the view to. */
const select = async (page: Page, block: string): Promise<void> => {
  await fit(page);
  await page.locator(`.react-flow [data-block-id="${block}"]`).click();
};

/** Drags a block from the palette to a place on the canvas, as a hand would. */
const dragBlock = async (page: Page, type: string): Promise<string> => {
  await fit(page);
  const { x, y } = free;
  const ids = async (): Promise<string[]> =>
    page
      .locator(".react-flow [data-block-id]")
      .evaluateAll((all) => all.map((one) => one.getAttribute("data-block-id") ?? ""));
  const before = new Set(await ids());
  const item = page.locator(`[data-block-type="${type}"]`).first();
  await item.scrollIntoViewIfNeeded();
  const box = await item.boundingBox();
  if (box === null) throw new Error(`the palette has no ${type}`);
  const from = { x: box.x + 40, y: box.y + box.height / 2 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(x, y, { steps: 15 });
  await page.mouse.move(x + 1, y);
  await page.mouse.up();
  let made: string | undefined;
  await expect(async () => {
    made = (await ids()).find((id) => !before.has(id));
    expect(made).toBeDefined();
  }).toPass();
  return made ?? "";
};

const choose = async (
  page: Page,
  label: string | RegExp,
  option: string | RegExp,
): Promise<void> => {
  await page.getByRole("main").getByRole("combobox", { name: label }).first().click();
  await page.getByRole("option", { name: option }).first().click();
};

/** Wires an outcome of the selected block by the table that stands beside the canvas. */
const wire = async (
  page: Page,
  block: string,
  outcomes: Readonly<Record<string, string>>,
): Promise<void> => {
  await select(page, block);
  await page.getByRole("tab", { name: "Outcomes" }).click();
  for (const [words, title] of Object.entries(outcomes)) {
    await choose(page, new RegExp(`^${words} leads to`), title);
  }
  await page.getByRole("tab", { name: "Settings" }).click();
};

const retitle = async (page: Page, title: string): Promise<void> => {
  const field = page.getByRole("tabpanel").getByLabel("Title");
  await field.fill(title);
  await field.blur();
};

const newFlow = async (page: Page, title: string, kind: RegExp): Promise<void> => {
  await page.goto(`http://127.0.0.1:${gateway.httpPort}/flows`);
  await page.getByRole("button", { name: "New flow" }).first().click();
  await page.getByRole("dialog").getByLabel("Title").fill(title);
  await page.getByRole("radio", { name: kind }).check();
  await page.locator("label", { hasText: "Start empty" }).click();
  await page.getByRole("button", { name: "Create the flow" }).click();
  await expect(page.getByRole("application", { name: /^Canvas of/ })).toBeVisible();
};

/** For the pages of docs: SLUICE_PICTURES=docs/images keeps what this story shows. */
const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env["SLUICE_PICTURES"];
  if (folder === undefined) return;
  await fit(page);
  await page.waitForTimeout(600); // the view glides
  await page.screenshot({ path: `${folder}/${name}.png` });
};

const saved = (page: Page) => expect(page.getByText(/^Saved/)).toBeVisible();

const swaks = async (args: readonly string[], port = smtpPort): Promise<string> => {
  const result = await run(
    "swaks",
    ["--server", `127.0.0.1:${port}`, "--helo", "client.test", ...args],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  ).catch((error: { stdout: string; stderr: string }) => error); // a refusal is an exit code
  return `${result.stdout}${result.stderr}`;
};

test("from nothing to ten mails, each with its lit path", async ({ page }) => {
  const base = `http://127.0.0.1:${gateway.httpPort}`;

  await test.step("the set-up link makes the administrator", async () => {
    const code = await printedCode(gateway);
    await makeAdministrator(page, base, code);
  });

  await test.step("resolver and port come from the text form", async () => {
    await gateway.apply({
      "listeners/inbound.yaml": `address: any\nport: ${smtpPort}\n`,
      "gateway.yaml": `resolvers: ["${knot.address}"]\n`,
    });
  });

  await test.step("a transport to a real Postfix", async () => {
    await page.goto(`${base}/routing/transports/~new`);
    await page.getByLabel("Id", { exact: false }).first().fill("internal");
    await page.getByLabel("Destination").first().fill(`127.0.0.1:${postfix.port}`);
    await page.getByRole("button", { name: "Save in the draft" }).click();
    await expect(page).toHaveURL(/transports\/internal/);
    await page.getByRole("button", { name: "Test now" }).click();
    await expect(page.getByRole("table", { name: "Steps of the test" })).toContainText("Works");
  });

  await test.step("a file of known users", async () => {
    await page.goto(`${base}/resources/files/~new`);
    await page.getByLabel("Name").fill("users.txt");
    await page.getByLabel("Content").fill("user@example.test\npostmaster@example.test\n");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page).toHaveURL(/files\/users\.txt/);
  });

  await test.step("a recipient flow of seven blocks, dragged together", async () => {
    await newFlow(page, "Careful recipients", /Recipient/);
    const listed = await dragBlock(page, "dnsbl");
    const spf = await dragBlock(page, "spf");
    const users = await dragBlock(page, "file-lookup");
    const ok = await dragBlock(page, "accept");
    const refuse = await dragBlock(page, "reject");
    await retitle(page, "Listed");
    await page.getByRole("tabpanel").getByLabel("Text").fill("$senderip is listed");
    const forged = await dragBlock(page, "reject");
    await retitle(page, "Forged");
    await page.getByRole("tabpanel").getByLabel("Text").fill("SPF says no for $senderdomain");
    const unknown = await dragBlock(page, "reject");
    await retitle(page, "Unknown");
    await page.getByRole("tabpanel").getByLabel("Text").fill("No such user");
    expect(new Set([listed, spf, users, ok, refuse, forged, unknown]).size).toBe(7);

    await select(page, listed);
    const zone = page.getByRole("tabpanel").getByLabel("Zone", { exact: false }).first();
    if (!(await zone.isVisible()))
      await page.getByRole("tabpanel").getByRole("button", { name: /Add/ }).first().click();
    await zone.fill("dnsbl.test");
    await zone.blur();
    await select(page, users);
    await choose(page, "File", /users/);

    await wire(page, listed, { "Not listed": "SPF", Listed: "Listed" });
    await wire(page, spf, {
      Pass: "File look-up",
      "Soft fail": "File look-up",
      "No policy": "File look-up",
      Fail: "Forged",
    });
    await wire(page, users, { Found: "Accept", "Not found": "Unknown" });
    await page.getByRole("button", { name: /^Tidy/ }).click();
    await saved(page);
    await picture(page, "editor");
  });

  await test.step("a content flow with a script and a header, dragged together", async () => {
    await newFlow(page, "Mark and deliver", /Mail content/);
    const script = await dragBlock(page, "script");
    await page.locator(".cm-content").first().click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type('// Say hello\necho "Hello World";');
    const header = await dragBlock(page, "header");
    await page.getByRole("tabpanel").getByLabel("Name").fill("X-Checked");
    await page.getByRole("tabpanel").getByLabel("Value").fill("from $senderip");
    const deliver = await dragBlock(page, "deliver");
    expect(new Set([script, header, deliver]).size).toBe(3);
    await wire(page, script, { Next: "Header" });
    await wire(page, header, { Next: "Deliver" });
    await page.getByRole("button", { name: /^Tidy/ }).click();
    await saved(page);
    await picture(page, "editor-content");
  });

  await test.step("a domain that uses them", async () => {
    await page.goto(`${base}/routing/domains/~new`);
    await page
      .getByRole("main")
      .getByRole("textbox", { name: "Name in the settings" })
      .fill("example.test");
    await choose(page, "Listener", /inbound/i);
    await choose(page, "Recipient flow", /Careful recipients/);
    await choose(page, "Mail content flow", /Mark and deliver/);
    await choose(page, "Transport", /internal/);
    await page.getByRole("button", { name: "Save in the draft" }).click();
    await expect(page).toHaveURL(/domains\/example\.test/);
  });

  await test.step("publish", async () => {
    await page.getByRole("button", { name: /change/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Message").fill("The first flows");
    const { violations } = await axeOn(page).include("[role=dialog]").analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    const accept = dialog.getByRole("checkbox");
    if (await accept.isVisible().catch(() => false)) await accept.check();
    await dialog.getByRole("button", { name: /Publish/ }).click();
    await expect(dialog).toBeHidden();
    await expect
      .poll(async () => (await gateway.cli(["status"])).stdout)
      .toContain("0 unpublished changes");
  });

  const attachment = "/tmp/sluice-story-attachment.bin";
  const large = "/tmp/sluice-story-large.txt";
  const dots = "/tmp/sluice-story-dots.eml";
  writeFileSync(attachment, randomBytes(20_000));
  writeFileSync(large, `Subject: large\r\n\r\n${`${"x".repeat(70)}\r\n`.repeat(29_000)}`);
  writeFileSync(dots, "Subject: dots\r\n\r\n.\r\n..two\r\n.three dots ...\r\n\r\n");
  const good = ["--from", "a@open.test", "--to", "user@example.test"];

  await test.step("ten mails, each ends as the flow says", async () => {
    await expect
      .poll(async () => swaks([...good, "--quit-after", "RCPT"]))
      .toMatch(/<- +250 2\.1\.5/);
    expect(await swaks([...good, "--header", "Subject: plain"])).toContain("250 2.0.0");
    expect(
      await swaks([...good, "--header", "Subject: eight", "--body", "Grüße aus Köln"]),
    ).toContain("250 2.0.0");
    expect(
      await swaks([...good, "--header", "Subject: attached", "--attach", `@${attachment}`]),
    ).toContain("250 2.0.0");
    expect(await swaks([...good, "--header", "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?="])).toContain(
      "250 2.0.0",
    );
    expect(await swaks([...good, "--data", `@${large}`])).toContain("250 2.0.0");
    expect(await swaks([...good, "--data", `@${dots}`])).toContain("250 2.0.0");
    expect(await swaks(["--from", "a@open.test", "--to", "nobody@example.test"])).toContain(
      "550 5.7.1 No such user",
    );
    expect(await swaks(["--from", "a@open.test", "--to", "user@elsewhere.test"])).toContain(
      "550 5.7.1 Relaying denied",
    );
    expect(await swaks([...good, "--local-interface", "127.0.0.9"])).toContain(
      "550 5.7.1 127.0.0.9 is listed",
    );
    expect(await swaks(["--from", "a@strict.test", "--to", "user@example.test"])).toContain(
      "550 5.7.1 SPF says no for strict.test",
    );
  });

  await test.step("six arrive behind Postfix, byte for byte", async () => {
    await sink.until((messages) => messages.length >= 6, 60);
    const texts = sink.messages.map(({ bytes }) => bytes.toString("latin1"));
    for (const text of texts) expect(text).toContain("X-Checked: from 127.0.0.1");
    const body = (subject: string): string => {
      const text = texts.find((each) => each.includes(`Subject: ${subject}`)) ?? "";
      return text.slice(text.indexOf("\r\n\r\n") + 4);
    };
    // the same client at the same kind of server, with nothing in between
    for (const [subject, file] of [
      ["dots", dots],
      ["large", large],
    ] as const) {
      await swaks([...good, "--data", `@${file}`], sink.port);
      const direct = sink.messages.at(-1)?.bytes.toString("latin1") ?? "";
      expect(body(subject)).toBe(direct.slice(direct.indexOf("\r\n\r\n") + 4));
    }
    expect(body("dots")).toContain(".\r\n..two\r\n.three dots ...\r\n\r\n");
    const encoded =
      /attachment[\s\S]*?\r\n\r\n([\w+/=\r\n]+)\r\n--/.exec(body("attached"))?.[1] ?? "";
    expect(Buffer.from(encoded, "base64").equals(readFileSync(attachment))).toBe(true);
    const eight = texts.find((text) => text.includes("Subject: eight")) ?? "";
    expect(Buffer.from(eight, "latin1").toString("utf8")).toContain("Grüße aus Köln");
    expect(body("large").length).toBeGreaterThan(2_000_000);
  });

  await test.step("History shows all ten, and opens each as a lit path", async () => {
    await page.goto(`${base}/mail/history`);
    const rows = page.getByRole("row");
    await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(11);
    const open = async (query: string): Promise<void> => {
      await page.goto(`${base}/mail/history?q=${encodeURIComponent(query)}`);
      await rows.nth(1).dblclick();
      await page.waitForURL(/\/mail\/m\//);
    };
    for (const subject of ["plain", "eight", "attached", "Grüße", "large", "dots"]) {
      await open(`subject:${subject}`);
      await expect(page.getByText(/^Delivered/).first()).toBeVisible();
      await choose(page, "Run", /^Mail content: Mark and deliver/);
      await expect(page.getByRole("region", { name: /Trace of mark-and-deliver/ })).toBeVisible();
    }
    for (const [query, block] of [
      ["to:nobody@example.test", "Unknown"],
      ["ip:127.0.0.9", "Listed"],
      ["from:@strict.test", "Forged"],
    ] as const) {
      await open(`outcome:rejected ${query}`);
      await expect(page.getByText(/Rejected at RCPT by/).first()).toContainText(block);
      const trace = page.getByRole("region", { name: /Trace of careful-recipients/ });
      await expect(
        trace.locator(".block-card[data-light=lit]", { hasText: "DNSBL" }),
      ).toBeVisible();
      await expect(trace.locator(".block-card[data-light=last]", { hasText: block })).toBeVisible();
      if (block === "Forged") await picture(page, "message");
    }
    await open("outcome:rejected to:user@elsewhere.test");
    await expect(page.getByText(/Relaying denied/).first()).toBeVisible();
  });

  await test.step("the pages have no accessibility violation", async () => {
    for (const path of [
      "/",
      "/flows",
      "/flows/careful-recipients",
      "/mail/history",
      "/mail/queues",
      "/mail/quarantine",
      "/logs",
      "/routing/listeners",
      "/routing/domains",
      "/routing/transports/internal",
      "/resources/files",
      "/resources/directories",
      "/system/revisions",
    ]) {
      await page.goto(base + path);
      await expect(page.locator("h1, [role=application]").first()).toBeVisible();
      await expect(page.getByRole("status", { name: /Loading/ })).toHaveCount(0);
      const { violations } = await axeOn(page)
        .withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"])
        .analyze();
      expect([path, violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)]).toEqual([
        path,
        [],
      ]);
    }
  });
});
