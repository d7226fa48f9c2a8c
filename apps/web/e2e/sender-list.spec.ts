/** A sender whose mail got through is put onto the list of blocked ones, by keys, and refused from then on. */
import { expect, test } from "@playwright/test";
import { createGateway, freePort, type Gateway } from "../../engine/test/support/gateway.ts";
import { greeted } from "../../engine/test/support/smtp-client.ts";
import { makeAdministrator, printedCode } from "./fixtures/administrator.ts";
import { axeOn } from "./fixtures/axe.ts";

const recipientFlow = `kind: recipient
title: Senders
entry: blocked
nodes:
  blocked:
    block: file-lookup
    version: 1
    title: Blocked?
    config: { file: blocked, subject: sender }
    outcomes: { found: refuse, missing: ok }
  refuse: { block: reject, version: 1, title: Refuse, config: { text: You are blocked } }
  ok: { block: accept, version: 1, config: {} }
`;

let gateway: Gateway;
let port: number;

test.beforeAll(async () => {
  port = await freePort();
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
  await gateway.apply({
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\n`,
    "transports/nowhere.yaml": 'destination: "null"\n',
    "files/blocked.yaml": "name: blocked.txt\n",
    "files/content/blocked.txt": "// nobody yet\n",
    "flows/recipient/senders.yaml": recipientFlow,
    "domains/example.org.yaml": "transport: nowhere\nrecipientFlow: senders\n",
  });
});
test.afterAll(() => gateway.stop());

/** What is answered to RCPT; a message that may be sent is sent. */
const send = async (sender: string): Promise<string> => {
  const client = await greeted(port);
  await client.say(`MAIL FROM:<${sender}>`);
  const answer = (await client.say("RCPT TO:<anna@example.org>")) ?? "";
  if (answer.startsWith("250")) {
    await client.say("DATA");
    await client.say("Subject: Buy now\r\n\r\nOffer\r\n.");
  }
  await client.say("QUIT");
  return answer;
};

test("a sender goes from history onto the list of blocked ones, and is refused", async ({
  page,
}) => {
  const base = `http://127.0.0.1:${gateway.httpPort}`;
  const code = await printedCode(gateway);
  await makeAdministrator(page, base, code);

  await expect.poll(() => send("pest@spam.test")).toMatch(/^250/);
  await page.goto(`${base}/mail/history?q=from%3Apest%40spam.test`);
  const row = page.getByRole("grid", { name: "History" }).getByRole("row").nth(1);
  await expect(row).toContainText("pest@spam.test");
  await row.focus();
  await page.keyboard.press(".");
  await page.getByRole("menuitem", { name: "Add to a list" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Add to a list" });
  await expect(dialog).toContainText(
    "Read by “Blocked?” in “Senders”; what is found goes to “Refuse”.",
  );
  const { violations } = await axeOn(page).include("[role=dialog]").analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await dialog.getByRole("button", { name: "Add and publish" }).press("Enter");
  await expect(dialog).toContainText("pest@spam.test was added to blocked and is in force.");
  await dialog.getByRole("button", { name: "Close", exact: true }).last().press("Enter");
  await expect(dialog).toBeHidden();
  await expect(row).toBeFocused();

  await expect.poll(() => send("Pest@Spam.test")).toMatch(/^550 .*You are blocked/);
  expect(await send("friend@example.net")).toMatch(/^250/);
});
