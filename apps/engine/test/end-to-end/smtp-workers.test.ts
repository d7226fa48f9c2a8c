/** Listeners of the whole product: several workers share a port, and a change of settings reaches them all. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { until } from "../support/listener.ts";
import { SmtpClient } from "../support/smtp-client.ts";

let gateway: Gateway;
let port: number;

beforeAll(async () => {
  port = await freePort();
  gateway = await createGateway({ workers: 2 });
  await gateway.start();
});

afterAll(() => gateway.stop());

const listener = (address: string, hostName: string): string =>
  `address: ${address}\nport: ${port}\nhostName: ${hostName}\n`;

const greetingOf = async (host: string): Promise<string> => {
  const client = new SmtpClient(port, { host });
  const reply = await client.reply();
  client.end();
  return reply ?? "";
};

/** Both workers answer as wanted: twenty connections in a row do. */
const settled = async (host: string, wanted: RegExp): Promise<void> => {
  let inRow = 0;
  const deadline = performance.now() + 30_000;
  while (inRow < 20) {
    inRow = wanted.test(await greetingOf(host)) ? inRow + 1 : 0;
    if (performance.now() > deadline) throw new Error(`${host} never settled on ${wanted}`);
  }
};

test("one address, then every address, then one again: no worker is left behind", async () => {
  const one = listener("127.0.0.1", "one.example");
  await gateway.apply({ "listeners/one.yaml": one });
  await settled("127.0.0.1", /one\.example/);
  await gateway.apply({
    "listeners/one.yaml": one,
    "listeners/all.yaml": listener("any", "all.example"),
  });
  await settled("127.0.0.1", /one\.example/);
  await settled("127.0.0.2", /all\.example/);
  const kept = new SmtpClient(port, { host: "127.0.0.2" });
  await kept.reply();
  await gateway.apply({
    "listeners/one.yaml": one,
    "listeners/all.yaml": `${listener("any", "all.example")}enabled: false\n`,
  });
  await settled("127.0.0.2", /^$/);
  await settled("127.0.0.1", /one\.example/);
  expect(await kept.say("EHLO client.example")).toMatch(/^250-all\.example/); // who was there stays
  kept.end();
});

test("stopping the gateway says 421 to idle clients and leaves the port free", async () => {
  const client = new SmtpClient(port, { host: "127.0.0.1" });
  await client.reply();
  const stopping = gateway.stop();
  expect(await client.reply()).toMatch(/^421 4\.3\.2/);
  await stopping;
  let isRefused = false;
  const late = new SmtpClient(port, { host: "127.0.0.1" });
  late.socket.once("error", () => {
    isRefused = true;
  });
  await until(() => isRefused);
});
