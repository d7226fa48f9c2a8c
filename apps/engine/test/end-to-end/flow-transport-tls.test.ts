/** Asking and delivering while the client waits, over transports that follow DANE and MTA-STS. */
import { createHash, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { createMtaStsStore } from "../../src/delivery/mta-sts-store.ts";
import { type AwkwardServer, startAwkward } from "../support/awkward-server.ts";
import { makeCertificate } from "../support/certificate.ts";
import { createTestDatabase } from "../support/database.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { type Knot, startKnot } from "../support/knot.ts";
import { testWithPeer } from "../support/peers.ts";
import { startUnbound, type Unbound } from "../support/unbound.ts";

const peers = testWithPeer("knotd", "keymgr", "unbound", "openssl");
let knot: Knot;
let unbound: Unbound;
let right: AwkwardServer;
let wrong: AwkwardServer;
let plain: AwkwardServer;

beforeAll(async () => {
  const certificate = makeCertificate(["somebody.test"]); // DANE-EE asks for the key alone
  right = await startAwkward({ certificate });
  wrong = await startAwkward({ certificate: makeCertificate(["mx.dane.test"]) });
  plain = await startAwkward();
  const key = new X509Certificate(certificate.certificate).publicKey;
  const digest = createHash("sha256").update(key.export({ type: "spki", format: "der" }));
  const record = `TLSA 3 1 1 ${digest.digest("hex")}`;
  knot = await startKnot(
    {
      "dane.test": [
        "@ MX 10 mx",
        "mx A 127.0.0.1",
        ...[right, wrong, plain].map(({ port }) => `_${port}._tcp.mx ${record}`),
        "none MX 10 open",
        "open A 127.0.0.1",
      ].join("\n"),
      "sts.test": '@ MX 10 mx\nmx A 127.0.0.1\n_mta-sts TXT "v=STSv1; id=1"',
    },
    { signed: ["dane.test"] },
  );
  unbound = await startUnbound(knot, ["dane.test", "sts.test"], [knot.trustAnchor("dane.test")]);
});
afterAll(async () => {
  await unbound.stop();
  await knot.stop();
  await Promise.all([right, wrong, plain].map((server) => server.close()));
});

const flowsFor = (
  mode: "dane" | "mta-sts",
  server: AwkwardServer,
  more: Pick<Parameters<typeof createTestFlows>[0], "pool"> = {},
) =>
  createTestFlows({
    settings: {
      transports: {
        next: {
          destination: `lookup-mx;query=${unbound.address};port=${server.port}`,
          allowPrivateAddresses: true,
          tls: { mode },
        },
      },
      flows: {
        ask: scriptFlow(
          "recipient",
          'echo smtp_lookup_rcpt("mailtransport:next", "", $recipient, ["extended_result" => true])["result"];',
        ),
        deliver: scriptFlow("content", "DirectDeliver();"),
      },
    },
    ...more,
  });

const ask = async (flows: ReturnType<typeof flowsFor>, recipient: string): Promise<string> => {
  const before = flows.echoed().length;
  await flows.recipient("ask", recipient);
  return flows.echoed().slice(before).join();
};

const deliver = (flows: ReturnType<typeof flowsFor>, recipient: string) =>
  flows.content("deliver", "Subject: x\r\n\r\nHello.\r\n", {
    recipient,
    recipients: [recipient],
    transport: "next",
  });

describe("DANE", () => {
  peers("a server with the key that DNS names is asked, whoever signed it", async () => {
    expect(await ask(flowsFor("dane", right), "bob@dane.test")).toBe("1");
    expect(right.lines.filter((line) => /^(STARTTLS|RCPT)/.test(line))).toEqual([
      "STARTTLS",
      "RCPT TO:<bob@dane.test>",
    ]);
  });

  peers("one with another key, or without TLS, could not be asked", async () => {
    for (const server of [wrong, plain]) {
      expect(await ask(flowsFor("dane", server), "bob@dane.test")).toBe("-1");
      expect(server.lines.some((line) => /^(MAIL|RCPT)/.test(line))).toBe(false);
    }
  });

  peers("a domain that publishes nothing is asked without TLS", async () => {
    expect(await ask(flowsFor("dane", plain), "bob@none.dane.test")).toBe("1");
  });

  peers("direct delivery goes to the right key, and waits for it", async () => {
    const done = await deliver(flowsFor("dane", right), "bob@dane.test");
    expect(done.verdict.actions).toMatchObject([{ kind: "delivered", recipient: "bob@dane.test" }]);
    expect(right.contents).toHaveLength(1);
    const { verdict } = await deliver(flowsFor("dane", wrong), "bob@dane.test");
    expect(verdict).toMatchObject({ answer: { kind: "defer" }, actions: [] });
    expect(wrong.contents).toHaveLength(0);
  });
});

describe("MTA-STS", () => {
  peers("a policy that delivery has fetched holds for questions too", async () => {
    const database = await createTestDatabase();
    try {
      const flows = () => flowsFor("mta-sts", plain, { pool: database.pool });
      const now = new Date();
      const write = (mx: string, mode: string) =>
        createMtaStsStore(database.pool).write("sts.test", {
          id: "1",
          text: Buffer.from(`version: STSv1\r\nmode: ${mode}\r\nmx: ${mx}\r\nmax_age: 86400\r\n`),
          fetchedAt: new Date(),
          until: new Date(now.getTime() + 86_400_000),
        });
      await write("mx.sts.test", "testing");
      expect(await ask(flows(), "bob@sts.test")).toBe("1");
      await write("mx.sts.test", "enforce");
      expect(await ask(flows(), "bob@sts.test")).toBe("-1");
      expect((await deliver(flows(), "bob@sts.test")).verdict.answer).toMatchObject({
        kind: "defer",
        text: "the server offers no STARTTLS",
      });
      await write("elsewhere.test", "enforce");
      const { verdict } = await deliver(flows(), "bob@sts.test");
      expect(verdict.answer).toMatchObject({
        kind: "defer",
        text: expect.stringContaining("no host of the MTA-STS policy of sts.test"),
      });
    } finally {
      await database.drop();
    }
  });
});
