/** Real scanners behind the whole product: a sender is told, a recipient gets what is clean. */
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, expect } from "vitest";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { testWithPeer } from "../support/peers.ts";
import { eicar, gtube, type Scanner, startClamd, startSpamd } from "../support/scanners.ts";
import { type Sink, startSink } from "../support/sink.ts";

const test = testWithPeer("clamd", "spamd");
let gateway: Gateway | null = null;
let sink: Sink | null = null;
let scanners: Scanner[] = [];
let port = 0;

const flow = JSON.stringify({
  kind: "content",
  title: "Scan",
  entry: "virus",
  nodes: {
    virus: {
      block: "virus-scan",
      version: 1,
      config: {},
      outcomes: { clean: "spam", found: "sick" },
    },
    spam: {
      block: "spam-scan",
      version: 1,
      config: { header: "X-Spam-Score" },
      outcomes: { fine: "ok", likely: "ok", certain: "junk" },
    },
    sick: { block: "reject", version: 1, config: { text: "It carries malware" } },
    junk: { block: "reject", version: 1, config: { text: "It is spam" } },
    ok: { block: "deliver", version: 1, config: {} },
  },
});

beforeAll(async () => {
  const started = await Promise.all([startClamd(), startSpamd()]).catch(() => null);
  if (started === null) return; // the peers are missing, and so is the test
  scanners = started;
  const [clamd, spamd] = started;
  sink = await startSink();
  port = await freePort();
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
  await gateway.apply({
    "gateway.yaml": `clamd: ["${clamd.folder}/clamd.ctl"]\nspamd: ["127.0.0.1:${spamd.port}"]\nscanSeconds: 20\n`,
    "listeners/direct.yaml": `address: 127.0.0.1\nport: ${port}\n`,
    "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\n`,
    "domains/example.test.yaml": "transport: sink\ncontentFlow: scan\n",
    "flows/content/scan.yaml": flow,
  });
}, 120_000);
afterAll(async () => {
  await gateway?.stop();
  await sink?.close();
  await Promise.all(scanners.map((scanner) => scanner.stop()));
});

const send = (text: string): Promise<string> =>
  createTransport({
    host: "127.0.0.1",
    port,
    secure: false,
    ignoreTLS: true,
    allowInternalNetworkInterfaces: true,
  } as object)
    .sendMail({ from: "ann@client.test", to: "bob@example.test", subject: "hello", text })
    .then(
      ({ response }) => response,
      (error: { response?: string }) => error.response ?? String(error),
    );

test("malware and spam are refused by name, mail that is clean arrives with its score", async () => {
  expect(await send(eicar)).toMatch(/^550 .*It carries malware/);
  expect(await send(gtube)).toMatch(/^550 .*It is spam/);
  expect(await send("How about lunch?")).toMatch(/^250/);
  await sink?.until((messages) => messages.length > 0);
  expect(sink?.messages).toHaveLength(1);
  expect(sink?.messages[0]?.bytes.toString()).toMatch(/^X-Spam-Score: -?[0-9.]+\r$/m);
}, 60_000);

test("while ClamAV is away the client is asked to come back", async () => {
  const [clamd] = scanners.splice(0, 1);
  await clamd?.stop();
  expect(await send("How about lunch?")).toMatch(/^451/);
}, 60_000);
