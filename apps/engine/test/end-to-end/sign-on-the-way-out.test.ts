/** Signed mail from the wire to the next hop: what arrives there verifies, byte for byte. */
import { keyRecord } from "@sluice/mail-syntax";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, expect } from "vitest";
import { makeSigningKey } from "../../src/store/signing-keys.ts";
import { judgeByDkimpy } from "../support/dkimpy.ts";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { testWithPeer } from "../support/peers.ts";
import { type Sink, startSink } from "../support/sink.ts";

const test = testWithPeer("python3");

let gateway: Gateway;
let sink: Sink;
let port: number;

const rsa = await makeSigningKey("rsa-sha256");
const ed = await makeSigningKey("ed25519-sha256");
const records = {
  "rsa._domainkey.example.org": keyRecord("rsa", rsa.publicKey),
  "ed._domainkey.example.org": keyRecord("ed25519", ed.publicKey),
};
const variables = { SLUICE_TEST_RSA: rsa.privateKey, SLUICE_TEST_ED25519: ed.privateKey };

const node = (block: string, config: object, outcomes: object = {}) => ({
  ...{ block, version: 1, config, outcomes },
});
const signing = { onlySignedIn: false };

beforeAll(async () => {
  Object.assign(process.env, variables);
  sink = await startSink();
  port = await freePort();
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
  await gateway.apply({
    "listeners/in.yaml": `address: 127.0.0.1\nport: ${port}\n`,
    "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\n`,
    "signers/example.org.yaml": [
      "domain: example.org",
      "keys:",
      `  rsa: { algorithm: rsa-sha256, use: active, publicKey: ${rsa.publicKey}, privateKey: { secret: env SLUICE_TEST_RSA } }`,
      `  ed: { algorithm: ed25519-sha256, use: active, publicKey: "${ed.publicKey}", privateKey: { secret: env SLUICE_TEST_ED25519 } }`,
      "",
    ].join("\n"),
    "domains/content.test.yaml": "transport: sink\ncontentFlow: sign\n",
    "domains/delivery.test.yaml": "transport: sink\ndeliveryFlow: sign-late\n",
    "flows/content/sign.yaml": JSON.stringify({
      kind: "content",
      title: "Sign",
      entry: "sign",
      nodes: {
        sign: node("dkim-sign", signing, { signed: "mark", unsigned: "no" }),
        mark: node("header", { action: "add", name: "X-Marked", value: "yes" }),
        no: node("reject", { text: "Nobody signs for you" }),
      },
    }),
    "flows/delivery/sign-late.yaml": JSON.stringify({
      kind: "delivery",
      title: "Sign late",
      entry: "sign",
      nodes: {
        sign: node("dkim-sign", signing, { signed: "go", unsigned: "go" }),
        go: node("attempt", {}),
      },
    }),
  });
});
afterAll(async () => {
  await gateway.stop();
  await sink.close();
  for (const name of Object.keys(variables)) delete process.env[name];
});

const send = async (to: string, message: Buffer, from = "ann@example.org"): Promise<string> => {
  const transport = createTransport({
    host: "127.0.0.1",
    port,
    secure: false,
    ignoreTLS: true,
    allowInternalNetworkInterfaces: true,
  } as object);
  return transport.sendMail({ envelope: { from, to }, raw: message }).then(
    ({ response }) => response,
    (error: { response?: string }) => error.response ?? String(error),
  );
};

const mail = (subject: string, body: string, from = "ann@example.org"): Buffer =>
  Buffer.from(
    `From: Ann <${from}>\r\nTo: bob@example.net\r\nSubject: ${subject}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\n${body}`,
  );

const arrived = async (subject: string): Promise<Buffer> => {
  const isIt = ({ bytes }: { bytes: Buffer }): boolean => bytes.includes(`Subject: ${subject}\r\n`);
  await sink.until((messages) => messages.some(isIt));
  return sink.messages.find(isIt)?.bytes ?? Buffer.alloc(0);
};

const bodies = {
  dots: ".\r\n..\r\n.leading dot\r\ntrailing blank \r\n\r\n\r\n",
  eight: "Grüße aus Köln\r\n",
  large: `${"0123456789abcdef".repeat(4)}\r\n`.repeat(40_000),
};

for (const domain of ["content.test", "delivery.test"]) {
  test(`mail that a flow signs verifies at the next hop (${domain})`, async () => {
    for (const [name, body] of Object.entries(bodies)) {
      const subject = `${name} ${domain}`;
      expect(await send(`bob@${domain}`, mail(subject, body))).toMatch(/^250/);
      const bytes = await arrived(subject);
      expect(judgeByDkimpy(bytes, records).dkim, subject).toEqual([true, true]);
    }
  });
}

test("mail of a domain without keys is not signed", async () => {
  const stranger = mail("stranger", "x\r\n", "ann@elsewhere.test");
  expect(await send("bob@content.test", stranger)).toMatch(/^550 .*Nobody signs for you/);
});
