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
let knows: AwkwardServer;

beforeAll(async () => {
  const certificate = makeCertificate(["somebody.test"]); // DANE-EE asks for the key alone
  right = await startAwkward({ certificate });
  wrong = await startAwkward({ certificate: makeCertificate(["mx.dane.test"]) });
  plain = await startAwkward();
  knows = await startAwkward({ certificate, extensions: ["8BITMIME", "REQUIRETLS"] });
  const key = new X509Certificate(certificate.certificate).publicKey;
  const digest = createHash("sha256").update(key.export({ type: "spki", format: "der" }));
  const record = `TLSA 3 1 1 ${digest.digest("hex")}`;
  knot = await startKnot(
    {
      "dane.test": [
        "@ MX 10 mx",
        "mx A 127.0.0.1",
        ...[right, wrong, plain, knows].map(({ port }) => `_${port}._tcp.mx ${record}`),
        "none MX 10 open",
        "open A 127.0.0.1",
      ].join("\n"),
      "plain.test": "@ MX 10 mx\nmx A 127.0.0.1\nnull MX 0 .",
      "sts.test": '@ MX 10 mx\nmx A 127.0.0.1\n_mta-sts TXT "v=STSv1; id=1"',
    },
    { signed: ["dane.test"] },
  );
  unbound = await startUnbound(knot, ["dane.test", "sts.test"], [knot.trustAnchor("dane.test")]);
});
afterAll(async () => {
  await unbound.stop();
  await knot.stop();
  await Promise.all([right, wrong, plain, knows].map((server) => server.close()));
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

const deliver = (flows: ReturnType<typeof flowsFor>, recipient: string, requireTls = false) =>
  flows.content("deliver", "Subject: x\r\n\r\nHello.\r\n", {
    recipient,
    recipients: [recipient],
    transport: "next",
    requireTls,
  });

/** Both ends of a connection, where no source address is set. */
const addresses = { sendingIp: null, receivingIp: "127.0.0.1" };

describe("DANE", () => {
  peers("a server with the key that DNS names is asked, whoever signed it", async () => {
    const flows = flowsFor("dane", right);
    expect(await ask(flows, "bob@dane.test")).toBe("1");
    expect(flows.tlsResults).toEqual([
      {
        domain: "dane.test",
        policyType: "tlsa",
        host: "mx.dane.test",
        failure: null,
        ...addresses,
      },
    ]);
    expect(right.lines.filter((line) => /^(STARTTLS|RCPT)/.test(line))).toEqual([
      "STARTTLS",
      "RCPT TO:<bob@dane.test>",
    ]);
  });

  peers("one with another key, or without TLS, could not be asked", async () => {
    for (const [server, failure] of [
      [wrong, "validation-failure"],
      [plain, "starttls-not-supported"],
    ] as const) {
      const flows = flowsFor("dane", server);
      expect(await ask(flows, "bob@dane.test")).toBe("-1");
      expect(flows.tlsResults).toEqual([
        { domain: "dane.test", policyType: "tlsa", host: "mx.dane.test", failure, ...addresses },
      ]);
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

describe("a domain that takes no mail", () => {
  const next = "lookup-mx";
  const flowsOf = (destination: string) =>
    createTestFlows({
      settings: {
        transports: { next: { destination, allowPrivateAddresses: true } },
        flows: {
          ask: scriptFlow(
            "recipient",
            `$answer = smtp_lookup_rcpt("mailtransport:next", "", $recipient, ["extended_result" => true]);
            echo $answer["result"];
            if ($answer["result"] == 0) Reject($answer["error_message"]);
            Defer($answer["error_message"]);`,
          ),
          deliver: scriptFlow("content", "DirectDeliver();"),
        },
      },
    });
  const both = async (destination: string, recipient: string) => {
    const asked = flowsOf(destination);
    const { verdict } = await asked.recipient("ask", recipient);
    const delivered = await deliver(flowsOf(destination), recipient);
    return [verdict, delivered.verdict.answer];
  };

  peers("is refused: it does not exist, or says so itself", async () => {
    for (const [recipient, text] of [
      ["bob@missing.plain.test", "5.1.2 Domain missing.plain.test does not exist"],
      ["bob@null.plain.test", "5.1.10 Domain null.plain.test accepts no mail (null MX)"],
    ] as const) {
      const refused = { kind: "reject", text };
      expect(await both(`${next};query=${knot.address}`, recipient)).toEqual([refused, refused]);
    }
  });

  peers("is not refused while DNS cannot be asked, or where our own settings name it", async () => {
    const settled = [
      await both(`${next};query=127.0.0.1:1`, "bob@missing.plain.test"),
      await both(`${next}:missing.plain.test;query=${knot.address}`, "bob@plain.test"),
      await both("missing.plain.test", "bob@plain.test"),
    ];
    for (const one of settled) {
      expect(one).toEqual([
        expect.objectContaining({ kind: "defer" }),
        expect.objectContaining({ kind: "defer" }),
      ]);
    }
  });
});

describe("REQUIRETLS", () => {
  peers(
    "goes on to a next hop that knows it and is verified; else the message does not go",
    async () => {
      for (const [server, domain, answer] of [
        [knows, "dane.test", { kind: "accept" }],
        [right, "dane.test", { kind: "reject", text: expect.stringMatching(/^5\.7\.30 /) }],
        [plain, "none.dane.test", { kind: "defer", text: "the server offers no STARTTLS" }],
        [right, "none.dane.test", { kind: "defer", text: expect.stringContaining("not trusted") }],
      ] as const) {
        const before = server.contents.length;
        const { verdict } = await deliver(flowsFor("dane", server), `bob@${domain}`, true);
        expect(verdict.answer).toMatchObject(answer);
        expect(server.contents.length - before).toBe(answer.kind === "accept" ? 1 : 0);
      }
      expect(knows.lines.findLast((line) => line.startsWith("MAIL"))).toMatch(/ REQUIRETLS$/);
    },
  );
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
