/** What flows are told of the client: over TLS that is really spoken, and when a flow knows it better. */
import { generateKeyPairSync } from "node:crypto";
import { authenticate } from "mailauth";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificate } from "../support/certificate.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { type Knot, startKnot } from "../support/knot.ts";
import { startListener } from "../support/listener.ts";
import { testWithPeer } from "../support/peers.ts";
import { greeted } from "../support/smtp-client.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const keyText = publicKey.export({ type: "spki", format: "der" }).toString("base64");
let knot: Knot;
beforeAll(async () => {
  knot = await startKnot({
    "strict.test": '@ TXT "v=spf1 ip4:192.0.2.0/28 -all"\n_dmarc TXT "v=DMARC1; p=reject"',
    "mx.strict.test": '@ TXT "v=spf1 ip4:192.0.2.3 -all"',
    "gateway.test": `k1._domainkey TXT "v=DKIM1; p=${keyText.slice(0, 200)}" "${keyText.slice(200)}"`,
  });
});
afterAll(() => knot.stop());

const message =
  "From: Ann <ann@strict.test>\r\nTo: bob@example.org\r\nSubject: Hello\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nbody\r\n";

/** The client is an inner relay; the flow may say who handed the message to it. */
const behindARelay = async (source: string, sender = "ann@strict.test") => {
  const flows = createTestFlows({
    settings: {
      gateway: { resolvers: [knot.address], hostName: "gateway.test" },
      signers: {
        "gateway.test": {
          domain: "gateway.test",
          keys: { k1: { algorithm: "rsa-sha256", publicKey: keyText, use: "active" } },
        },
      },
      flows: { f: scriptFlow("content", source) },
    },
    secrets: {
      "signer/gateway.test/keys/k1/privateKey": privateKey
        .export({ type: "pkcs8", format: "pem" })
        .toString(),
    },
  });
  const { verdict, trace } = await flows.content("f", message, {
    sender,
    clientAddress: "10.0.0.5",
    helo: "inner.example",
  });
  expect(trace?.error ?? null).toBeNull();
  await flows.services.close();
  return { verdict, log: flows.echoed() };
};

const relayed = 'SetSenderIP("192.0.2.3"); SetSenderHELO("mx.strict.test");';
const checks =
  'echo ScanSPF(); echo ScanDMARC(); echo spf($senderip, $senderhelo, $senderdomain); echo spf_query($senderip, $senderhelo, $sender)["result"];';

test("SPF and DMARC look at the client that the flow names", async () => {
  expect((await behindARelay(checks)).log).toEqual([
    "100",
    '["strict.test"=>"reject"]',
    "100",
    "fail",
  ]);
  expect((await behindARelay(relayed + checks)).log).toEqual([
    "0",
    '["strict.test"=>"none"]',
    "0",
    "pass",
  ]);
});

test("the null sender is checked by the HELO name that the flow gives", async () => {
  expect((await behindARelay(`${relayed} echo ScanSPF();`, "")).log).toEqual(["0"]);
  expect((await behindARelay('SetSenderIP("192.0.2.3"); echo ScanSPF();', "")).log).toEqual(["50"]);
});

test("an ARC seal says what the checks found for the client that the flow names", async () => {
  const seal = 'ARCSeal("signer:gateway.test");';
  const results = async (source: string): Promise<string> => {
    const { verdict } = await behindARelay(source);
    const header = verdict.header?.toString("latin1") ?? "";
    const sealed = await authenticate(Buffer.from(`${header}body\r\n`, "latin1"), {
      ip: "198.51.100.1",
      helo: "next.example",
      sender: "ann@strict.test",
      disableBimi: true,
      resolver: async (name, type) => {
        if (type === "TXT" && name === "k1._domainkey.gateway.test") {
          return [[`v=DKIM1; p=${keyText}`]];
        }
        throw Object.assign(new Error("no such record"), { code: "ENOTFOUND" });
      },
    });
    expect(sealed.arc !== false && sealed.arc.status.result).toBe("pass");
    return /^ARC-Authentication-Results:(?:.*\r\n[ \t])*.*/im.exec(header)?.[0] ?? "";
  };
  const told = await results(relayed + seal);
  expect(told).toMatch(/spf=pass/);
  expect(told).toContain("192.0.2.3");
  expect(told).toMatch(/dmarc=pass/);
  expect(told).not.toContain("10.0.0.5");
  expect(await results(seal)).toMatch(/spf=fail/);
});

const withOpenssl = testWithPeer("openssl");
withOpenssl("GetTLS tells protocol, cipher and key size of the session", async () => {
  const certificate = makeCertificate(["mx.example.test"]);
  const echo = '$t = GetTLS(); echo json_encode($t); AddHeader("X-TLS", json_encode($t));';
  const flows = createTestFlows({
    settings: {
      flows: {
        rcpt: scriptFlow("recipient", "echo json_encode(GetTLS()); Accept();"),
        mail: scriptFlow("content", `${echo} Deliver();`),
      },
    },
  });
  const listener = await startListener({
    settings: (port) => ({
      certificates: {
        main: { certificate: certificate.certificate, privateKey: { secret: "stored" } },
      },
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: {
        "example.test": { transport: "next", recipientFlow: "rcpt", contentFlow: "mail" },
      },
      listeners: {
        inbound: {
          address: "127.0.0.1",
          port,
          tls: { mode: "optional", certificates: ["main"] },
        },
      },
      flows: {},
    }),
    secrets: { "certificate/main/privateKey": certificate.privateKey },
    flows: [flows.flow("rcpt"), flows.flow("mail")],
    runner: flows.sessions,
  });
  try {
    for (const version of [null, "TLSv1.2", "TLSv1.3"] as const) {
      const client = await greeted(listener.port);
      let expected: unknown = { started: false, protocol: "", cipher: "", keysize: 0 };
      if (version !== null) {
        await client.say("STARTTLS");
        await client.startTls({ minVersion: version, maxVersion: version });
        await client.say("EHLO client.example");
        const { socket } = client as unknown as { socket: import("node:tls").TLSSocket };
        const cipher = socket.getCipher();
        expected = {
          ...{ started: true, protocol: version, cipher: cipher.name },
          keysize: /AES_?128/.test(cipher.name) ? 128 : 256,
        };
        expect(socket.getProtocol()).toBe(version);
      }
      const seen = flows.echoed().length;
      await client.sayAll("MAIL FROM:<ann@example.com>", "RCPT TO:<bob@example.test>", "DATA");
      expect(await client.say(`${message}.`)).toMatch(/^250/);
      client.end();
      const told = flows
        .echoed()
        .slice(seen)
        .map((line) => JSON.parse(line) as unknown);
      expect(told).toEqual([expected, expected]);
      expect(listener.messages.at(-1)?.bodies[0]).toContain("X-TLS: {");
    }
  } finally {
    await listener.close();
  }
});
