/** TLS to the next hop: each mode against servers that offer it, strip it, inject, or show another name. */
import { createHash, X509Certificate } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { TlsResult } from "../../src/delivery/connector.ts";
import { createMtaStsStore, type MtaStsStore } from "../../src/delivery/mta-sts-store.ts";
import type { HttpRequest } from "../../src/flows/host/http.ts";
import {
  type AwkwardOptions,
  type AwkwardServer,
  startAwkward,
} from "../support/awkward-server.ts";
import { makeCertificate, makeChain, type TestCertificate } from "../support/certificate.ts";
import { createTestDatabase } from "../support/database.ts";
import { createTestDelivery, type Mail } from "../support/delivery.ts";
import { type Knot, startKnot } from "../support/knot.ts";
import { testWithPeer } from "../support/peers.ts";
import { startUnbound, type Unbound } from "../support/unbound.ts";

const withOpenssl = testWithPeer("openssl");
let mx: TestCertificate;
let stranger: TestCertificate;
beforeAll(() => {
  mx = makeCertificate(["localhost", "mx.dane.test", "mx.sts.test"]);
  stranger = makeCertificate(["other.test"]);
});

const servers: AwkwardServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const start = async (options: AwkwardOptions = {}): Promise<AwkwardServer> => {
  const server = await startAwkward(options);
  servers.push(server);
  return server;
};

const certificatesOf = () => ({
  mx: { certificate: mx.certificate },
  stranger: { certificate: stranger.certificate },
  ours: { certificate: stranger.certificate },
});

const send = async (
  server: AwkwardServer,
  transport: object,
  mail: Mail = {},
  secrets: Readonly<Record<string, string>> = {},
) =>
  createTestDelivery({
    transports: { next: { destination: `localhost:${server.port}`, ...transport } },
    settings: { certificates: certificatesOf() },
    secrets,
  }).one(mail);

const isClear = (server: AwkwardServer): boolean => !server.lines.includes("STARTTLS");

/** Both ends of a connection, where no source address is set. */
const addresses = { sendingIp: null, receivingIp: "127.0.0.1" };

describe("modes", () => {
  withOpenssl("none never starts TLS", async () => {
    const server = await start({ certificate: mx });
    expect(await send(server, { tls: { mode: "none" } })).toMatchObject({ code: 250 });
    expect(isClear(server)).toBe(true);
  });

  withOpenssl("optional takes any certificate, and speaks EHLO again inside", async () => {
    const server = await start({ certificate: stranger });
    const result = await send(server, { tls: { mode: "optional" } });
    expect(result.copy.tls).toMatchObject({ protocol: "TLSv1.3", verified: false });
    expect(server.lines.filter((line) => line.startsWith("EHLO"))).toHaveLength(2);
  });

  test("optional without TLS on offer goes in the clear", async () => {
    const server = await start();
    expect(await send(server, { tls: { mode: "optional" } })).toMatchObject({ code: 250 });
  });

  test("optional goes in the clear when the handshake fails", async () => {
    const server = await start({
      extensions: ["STARTTLS"],
      answer: (line, peer) => {
        if (line !== "STARTTLS") return undefined;
        peer.say("220 go on\r\n");
        peer.socket.once("data", () => peer.socket.end("no TLS here at all, sorry"));
        return "";
      },
    });
    const result = await send(server, { tls: { mode: "optional" } });
    expect(result.code).toBe(250);
    expect(server.connections()).toBe(2);
  });

  withOpenssl(
    "optional, verified: clear where there is no TLS, but no wrong certificate",
    async () => {
      const plain = await start();
      expect(await send(plain, { tls: { mode: "optional-verify" } })).toMatchObject({ code: 250 });
      const wrong = await start({ certificate: stranger });
      expect(await send(wrong, { tls: { mode: "optional-verify" } })).toMatchObject({
        code: 0,
        status: "4.7.5",
        decision: { kind: "again" },
      });
      expect(wrong.lines).not.toContain("MAIL FROM:<ann@example.com>");
    },
  );

  test("require waits for a server that offers TLS: one that strips it gets nothing", async () => {
    const server = await start();
    for (const mode of ["require", "require-verify"]) {
      const result = await send(server, { tls: { mode } });
      expect(result).toMatchObject({ code: 0, status: "4.7.4", decision: { kind: "again" } });
    }
    expect(server.lines.some((line) => line.startsWith("MAIL"))).toBe(false);
  });

  test("require waits when STARTTLS is refused", async () => {
    const server = await start({
      extensions: ["STARTTLS"],
      answer: (line) => (line === "STARTTLS" ? "454 4.7.0 not now" : undefined),
    });
    const result = await send(server, { tls: { mode: "require" } });
    expect(result.text).toContain("STARTTLS was refused: 454 4.7.0 not now");
  });

  withOpenssl("require takes any certificate", async () => {
    const server = await start({ certificate: stranger });
    expect(await send(server, { tls: { mode: "require" } })).toMatchObject({ code: 250 });
  });

  withOpenssl("verified wants a known authority and the name of the host", async () => {
    const server = await start({ certificate: mx });
    const mode = "require-verify";
    const unknown = await send(server, { tls: { mode } });
    expect(unknown.text).toMatch(/the certificate is not trusted \(.*SELF_SIGNED.*\)/);
    expect(await send(server, { tls: { mode, certificate: "mx" } })).toMatchObject({
      code: 250,
      copy: { tls: { verified: true } },
    });
    const other = await start({ certificate: stranger });
    expect(await send(other, { tls: { mode, certificate: "mx" } })).toMatchObject({ code: 0 });
  });

  withOpenssl("a pinned certificate will do under any name, and no other will", async () => {
    const server = await start({ certificate: stranger });
    for (const mode of ["require", "require-verify"]) {
      expect(await send(server, { tls: { mode, certificate: "stranger" } })).toMatchObject({
        code: 250,
      });
      expect(await send(server, { tls: { mode, certificate: "mx" } })).toMatchObject({ code: 0 });
    }
  });

  withOpenssl("an authority that is pinned vouches for its hosts by name", async () => {
    const chain = makeChain(["localhost"]);
    const server = await start({ certificate: chain.server });
    const result = (destination: string) =>
      createTestDelivery({
        transports: {
          next: { destination, tls: { mode: "require-verify", certificate: "authority" } },
        },
        settings: { certificates: { authority: { certificate: chain.authority.certificate } } },
      }).one();
    expect(await result(`localhost:${server.port}`)).toMatchObject({ code: 250 });
    expect((await result(`127.0.0.1:${server.port}`)).text).toContain(
      "the certificate is not for 127.0.0.1",
    );
  });

  withOpenssl(
    "a certificate may be for an address; one for another name is named as such",
    async () => {
      const result = async (names: readonly string[], host: string) => {
        const chain = makeChain(names);
        const server = await start({ certificate: chain.server });
        return createTestDelivery({
          transports: {
            next: {
              destination: `${host}:${server.port}`,
              tls: { mode: "require-verify", certificate: "authority" },
            },
          },
          settings: { certificates: { authority: { certificate: chain.authority.certificate } } },
        }).one();
      };
      expect(await result(["127.0.0.1"], "127.0.0.1")).toMatchObject({ code: 250 });
      expect((await result(["other.test"], "localhost")).text).toContain(
        "the certificate is not for localhost",
      );
    },
  );

  withOpenssl("a server that asks for our certificate is shown it", async () => {
    let shown = "";
    const server = await start({
      certificate: mx,
      answer: (line, { socket }) => {
        if (line.startsWith("MAIL") && "getPeerCertificate" in socket) {
          const read = socket.getPeerCertificate as () => { subject?: { CN?: string } };
          shown = read.call(socket).subject?.CN ?? "";
        }
        return undefined;
      },
    });
    const tls = { mode: "require", clientCertificate: "ours" };
    await send(server, { tls }, {}, { "certificate/ours/privateKey": stranger.privateKey });
    expect(shown).toBe("other.test");
    expect(await send(server, { tls })).toMatchObject({
      code: 451,
      text: expect.stringContaining("ours has no private key"),
    });
    expect(server.connections()).toBe(1);
  });
});

describe("what is said in the clear counts no longer", () => {
  withOpenssl("bytes behind the answer to STARTTLS end the connection", async () => {
    const server = await start({
      certificate: mx,
      answer: (line, peer) => {
        if (line !== "STARTTLS") return undefined;
        peer.say("220 go on\r\n250-awkward.test\r\n250 AUTH PLAIN\r\n");
        return "";
      },
    });
    for (const mode of ["optional", "require"]) {
      const result = await send(server, { tls: { mode } });
      expect(result.text).toContain("the server sent bytes between STARTTLS and TLS");
      expect(result.code).toBe(0);
    }
  });

  withOpenssl("what EHLO offered before TLS is forgotten", async () => {
    const server = await start({
      certificate: mx,
      answer: (line, peer) =>
        line.startsWith("EHLO") && peer.isSecure() ? "250 awkward.test" : undefined,
    });
    await send(server, { tls: { mode: "require" } });
    expect(server.lines).toContain("MAIL FROM:<ann@example.com>");
  });
});

describe("REQUIRETLS", () => {
  withOpenssl("goes only over verified TLS to a server that promises the same", async () => {
    const envelope = { requireTls: true };
    const good = await start({ certificate: mx, extensions: ["REQUIRETLS"] });
    const tls = { mode: "optional", certificate: "mx" };
    expect(await send(good, { tls }, { envelope })).toMatchObject({ code: 250 });
    expect(good.lines).toContain("MAIL FROM:<ann@example.com> REQUIRETLS");
    const deaf = await start({ certificate: mx });
    expect(await send(deaf, { tls }, { envelope })).toMatchObject({ code: 554, status: "5.7.30" });
    const unknown = await start({ certificate: stranger, extensions: ["REQUIRETLS"] });
    expect(await send(unknown, { tls: { mode: "optional" } }, { envelope })).toMatchObject({
      code: 0,
    });
  });
});

describe("sign-in", () => {
  const account = { user: "gateway", authWithoutTls: true };
  const secrets = { "transport/next/password": "open sesame" };
  const base64 = (text: string) => Buffer.from(text).toString("base64");

  test.each([
    ["AUTH PLAIN LOGIN CRAM-MD5", ["AUTH CRAM-MD5", "Z2F0ZXdheSA="]],
    ["AUTH PLAIN LOGIN", ["AUTH LOGIN", base64("gateway"), base64("open sesame")]],
    ["AUTH=PLAIN", [`AUTH PLAIN ${base64("\0gateway\0open sesame")}`]],
  ])("of %s the strongest is taken", async (offered, said) => {
    let step = 0;
    const server = await start({
      extensions: [offered],
      answer: (line) => {
        if (/^AUTH PLAIN/.test(line)) return "235 2.7.0 ok";
        if (/^AUTH/.test(line)) {
          step = line === "AUTH LOGIN" ? 2 : 1;
          return `334 ${base64(step === 1 ? "<1896.697170952@postoffice.example.net>" : "Username:")}`;
        }
        if (step > 0) {
          step -= 1;
          return step === 0 ? "235 2.7.0 ok" : `334 ${base64("Password:")}`;
        }
        return undefined;
      },
    });
    expect(await send(server, account, {}, secrets)).toMatchObject({ code: 250 });
    const lines = server.lines.slice(1, 1 + said.length);
    if (said[0] === "AUTH CRAM-MD5") {
      expect(lines[0]).toBe("AUTH CRAM-MD5");
      expect(Buffer.from(lines[1] ?? "", "base64").toString()).toMatch(/^gateway [0-9a-f]{32}$/);
    } else expect(lines).toEqual(said);
  });

  test("a mechanism that the server then does not know gives way to the next", async () => {
    const server = await start({
      extensions: ["AUTH CRAM-MD5 PLAIN"],
      answer: (line) =>
        line === "AUTH CRAM-MD5" ? "504 5.5.4 what" : /^AUTH/.test(line) ? "235 ok" : undefined,
    });
    expect(await send(server, account, {}, secrets)).toMatchObject({ code: 250 });
  });

  test("a refusal is final, a fault is not, and neither shows the password", async () => {
    const refusing = (reply: string) =>
      start({
        extensions: ["AUTH PLAIN"],
        answer: (line) => (/^AUTH/.test(line) ? reply : undefined),
      });
    const refused = await send(await refusing("535 5.7.8 no"), account, {}, secrets);
    expect(refused).toMatchObject({ code: 535, decision: { kind: "gone" } });
    expect(refused.text).not.toContain("sesame");
    expect(await send(await refusing("454 4.7.0 later"), account, {}, secrets)).toMatchObject({
      code: 454,
      decision: { kind: "again" },
    });
    expect(await send(await start(), account, {}, secrets)).toMatchObject({
      code: 535,
      status: "5.7.9",
    });
  });

  test("no password goes over a connection without TLS unless that is allowed", async () => {
    const server = await start({ extensions: ["AUTH PLAIN LOGIN"] });
    const result = await send(server, { user: "gateway" }, {}, secrets);
    expect(result).toMatchObject({ code: 0, status: "4.7.11", decision: { kind: "again" } });
    expect(server.lines.some((line) => line.startsWith("AUTH"))).toBe(false);
  });

  withOpenssl("nor to a server whose certificate nobody verified", async () => {
    const signsIn = () =>
      start({
        certificate: mx,
        extensions: ["AUTH PLAIN"],
        answer: (line) => (/^AUTH/.test(line) ? "235 ok" : undefined),
      });
    for (const mode of ["optional", "require"]) {
      const server = await signsIn();
      const result = await send(server, { user: "gateway", tls: { mode } }, {}, secrets);
      expect(result).toMatchObject({ code: 0, status: "4.7.11", decision: { kind: "again" } });
      expect(result.text).toContain("certificate is not verified");
      expect(server.lines.some((line) => line.startsWith("AUTH"))).toBe(false);
    }
    const pinned = { user: "gateway", tls: { mode: "require", certificate: "mx" } };
    expect(await send(await signsIn(), pinned, {}, secrets)).toMatchObject({ code: 250 });
    const anyway = { ...account, tls: { mode: "optional" } };
    expect(await send(await signsIn(), anyway, {}, secrets)).toMatchObject({ code: 250 });
  });

  test("a password that is missing is no reason to send without", async () => {
    const server = await start();
    const result = await send(server, account);
    expect(result).toMatchObject({ code: 451, decision: { kind: "again" } });
    expect(result.text).toContain("no password for the user gateway");
    expect(server.connections()).toBe(0);
  });
});

describe("DANE", () => {
  const peers = testWithPeer("knotd", "keymgr", "unbound", "openssl");
  let knot: Knot;
  let unbound: Unbound;
  let server: AwkwardServer;
  let wrong: AwkwardServer;
  let plain: AwkwardServer;
  let signed: AwkwardServer;

  const tlsa = (certificate: TestCertificate, usage: number): string => {
    const key = new X509Certificate(certificate.certificate).publicKey;
    const digest = createHash("sha256").update(key.export({ type: "spki", format: "der" }));
    return `TLSA ${usage} 1 1 ${digest.digest("hex")}`;
  };

  beforeAll(async () => {
    server = await startAwkward({ certificate: mx });
    wrong = await startAwkward({ certificate: stranger });
    plain = await startAwkward();
    const chain = makeChain(["mx2.dane.test", "mx6.dane.test"]);
    signed = await startAwkward({ certificate: chain.server });
    const all = [server, wrong, plain];
    const records = [
      "@ MX 10 mx.dane.test.",
      "mx A 127.0.0.1",
      ...all.map(({ port }) => `_${port}._tcp.mx ${tlsa(mx, 3)}`),
      "ta MX 10 mx2.dane.test.",
      "mx2 A 127.0.0.1",
      `_${signed.port}._tcp.mx2 ${tlsa(chain.authority, 2)}`,
      "named MX 10 mx5.dane.test.",
      "mx5 A 127.0.0.1",
      `_${signed.port}._tcp.mx5 ${tlsa(chain.authority, 2)}`,
      "foreign MX 10 mx6.dane.test.",
      "mx6 A 127.0.0.1",
      `_${signed.port}._tcp.mx6 ${tlsa(stranger, 2)}`,
      "unusable MX 10 mx3.dane.test.",
      "mx3 A 127.0.0.1",
      `_${wrong.port}._tcp.mx3 TLSA 1 1 1 ${"00".repeat(32)}`,
      `_${plain.port}._tcp.mx3 TLSA 1 1 1 ${"00".repeat(32)}`,
      "none MX 10 mx4.dane.test.",
      "mx4 A 127.0.0.1",
    ];
    knot = await startKnot(
      {
        "dane.test": records.join("\n"),
        "plain.test": `@ MX 10 mx\nmx A 127.0.0.1\n_${wrong.port}._tcp.mx ${tlsa(mx, 3)}`,
      },
      { signed: ["dane.test"] },
    );
    unbound = await startUnbound(
      knot,
      ["dane.test", "plain.test"],
      [knot.trustAnchor("dane.test")],
    );
  });
  afterAll(async () => {
    await unbound.stop();
    await knot.stop();
    await Promise.all([server, wrong, plain, signed].map((one) => one.close()));
  });

  const toDane = (to: AwkwardServer, recipient: string, results: TlsResult[] = []) =>
    createTestDelivery({
      transports: {
        next: {
          destination: `lookup-mx;query=${unbound.address};port=${to.port}`,
          allowPrivateAddresses: true,
          tls: { mode: "dane" },
        },
      },
      onTls: (result) => results.push(result),
    }).one({ recipients: [recipient] });

  peers("the key that signed DNS names is taken, whoever signed the certificate", async () => {
    const results: TlsResult[] = [];
    const result = await toDane(server, "bob@dane.test", results);
    expect(result).toMatchObject({ code: 250, copy: { tls: { verified: true } } });
    expect(results).toEqual([
      {
        domain: "dane.test",
        policyType: "tlsa",
        host: "mx.dane.test",
        failure: null,
        ...addresses,
      },
    ]);
  });

  peers("another key, or no TLS, and the mail waits", async () => {
    const results: TlsResult[] = [];
    expect(await toDane(wrong, "bob@dane.test", results)).toMatchObject({
      code: 0,
      status: "4.7.5",
    });
    expect(await toDane(plain, "bob@dane.test", results)).toMatchObject({
      code: 0,
      status: "4.7.4",
    });
    expect(results.map(({ failure }) => failure)).toEqual([
      "validation-failure",
      "starttls-not-supported",
    ]);
    expect(plain.lines.some((line) => line.startsWith("MAIL"))).toBe(false);
  });

  peers("an authority named in DNS vouches for the host by name", async () => {
    expect(await toDane(signed, "bob@ta.dane.test")).toMatchObject({ code: 250 });
    const named = await toDane(signed, "bob@named.dane.test");
    expect(named.text).toContain("the certificate is not for mx5.dane.test or named.dane.test");
    const foreign = await toDane(signed, "bob@foreign.dane.test");
    expect(foreign.text).toContain("no certificate of the chain matches the TLSA records");
  });

  peers("records of which none is usable still ask for TLS", async () => {
    expect(await toDane(wrong, "bob@unusable.dane.test")).toMatchObject({ code: 250 });
    expect(await toDane(plain, "bob@unusable.dane.test")).toMatchObject({ code: 0 });
  });

  peers("without records, or without signatures, TLS is optional", async () => {
    expect(await toDane(plain, "bob@none.dane.test")).toMatchObject({ code: 250 });
    expect(await toDane(wrong, "bob@plain.test")).toMatchObject({ code: 250 });
  });
});

describe("MTA-STS", () => {
  const peers = testWithPeer("knotd", "openssl");
  let knot: Knot;
  let policy = "";
  let fetched: HttpRequest[] = [];
  beforeAll(async () => {
    knot = await startKnot({
      "sts.test": '@ MX 10 mx\nmx A 127.0.0.1\n_mta-sts TXT "v=STSv1; id=20300101"',
      "other.test": "@ MX 10 mx.sts.test.",
    });
  });
  afterAll(() => knot.stop());

  const delivery = (
    server: AwkwardServer,
    status = 200,
    type = "text/plain",
    more: { policies?: MtaStsStore; now?: () => Date } = {},
  ) => {
    fetched = [];
    const results: TlsResult[] = [];
    const made = createTestDelivery({
      transports: {
        next: {
          destination: `lookup-mx;query=${knot.address};port=${server.port}`,
          allowPrivateAddresses: true,
          tls: { mode: "mta-sts" },
        },
      },
      http: {
        fetch: async (request) => {
          fetched.push(request);
          const headers = [["Content-Type", type]] as const;
          return { kind: "answer", status, headers, body: Buffer.from(policy) };
        },
        fetchBytes: () => Promise.reject(new Error("not asked for")),
        close: async () => {},
      },
      onTls: (result) => results.push(result),
      ...more,
    });
    return { ...made, results };
  };
  const enforce = (host: string, mode = "enforce") =>
    ["version: STSv1", `mode: ${mode}`, `mx: ${host}`, "max_age: 86400", ""].join("\r\n");
  const bob = { recipients: ["bob@sts.test"] };
  const day = (count: number): Date => new Date(Date.UTC(2030, 0, 1) + count * 86_400_000);

  peers("a policy in force wants a certificate that is right", async () => {
    policy = enforce("mx.sts.test");
    const server = await start({ certificate: mx });
    const { one, results } = delivery(server);
    expect(await one(bob)).toMatchObject({ code: 0, status: "4.7.5" });
    expect(results).toEqual([
      {
        domain: "sts.test",
        policyType: "sts",
        host: "mx.sts.test",
        failure: "certificate-not-trusted",
        ...addresses,
      },
    ]);
    expect(fetched[0]).toMatchObject({
      url: "https://mta-sts.sts.test/.well-known/mta-sts.txt",
      verifyPeer: true,
      redirects: 0,
    });
  });

  peers("a host that the policy does not name gets no mail", async () => {
    policy = enforce("*.elsewhere.test");
    const server = await start({ certificate: mx });
    const { one } = delivery(server);
    const result = await one(bob);
    expect(result).toMatchObject({ code: 0, decision: { kind: "again" } });
    expect(result.text).toContain("no host of the MTA-STS policy of sts.test");
    expect(server.connections()).toBe(0);
  });

  peers("a policy is fetched once, and kept when it can no longer be had", async () => {
    policy = enforce("mx.sts.test");
    const server = await start();
    const { one } = delivery(server);
    for (let mail = 0; mail < 3; mail++)
      expect(await one(bob)).toMatchObject({ code: 0, status: "4.7.4" });
    expect(fetched).toHaveLength(1);
  });

  peers(
    "what is enforced stays so after a restart, for other workers, and through a blocked fetch",
    async () => {
      const database = await createTestDatabase();
      try {
        const policies = createMtaStsStore(database.pool);
        policy = enforce("mx.sts.test");
        const server = await start(); // no TLS here: what an attacker in between would show
        const first = delivery(server, 200, "text/plain", { policies, now: () => day(0) });
        expect(await first.one(bob)).toMatchObject({ code: 0, status: "4.7.4" });
        expect(fetched).toHaveLength(1);
        // another worker finds it where the first has put it
        const second = delivery(server, 500, "text/plain", { policies, now: () => day(0.1) });
        expect(await second.one(bob)).toMatchObject({ code: 0, status: "4.7.4" });
        expect(fetched).toHaveLength(0);
        // half of its time is over: it is fetched again, and a failure leaves it in force
        const third = delivery(server, 500, "text/plain", { policies, now: () => day(0.6) });
        expect(await third.one(bob)).toMatchObject({ code: 0, status: "4.7.4" });
        expect(fetched).toHaveLength(1);
        const fourth = delivery(server, 200, "text/plain", { policies, now: () => day(0.7) });
        expect(await fourth.one(bob)).toMatchObject({ code: 0, status: "4.7.4" });
        const fifth = delivery(server, 500, "text/plain", { policies, now: () => day(1.5) });
        expect(await fifth.one(bob)).toMatchObject({ code: 0, status: "4.7.4" });
        // its time is over, and nobody could fetch it
        const last = delivery(server, 500, "text/plain", { policies, now: () => day(3) });
        expect(await last.one(bob)).toMatchObject({ code: 250 });
      } finally {
        await database.drop();
      }
    },
  );

  peers("testing, none, no record, no policy: mail goes as if there were none", async () => {
    const server = await start({ certificate: stranger });
    const failuresOf = async (host: string, mode: string) => {
      policy = enforce(host, mode);
      const { one, results } = delivery(server);
      expect(await one(bob)).toMatchObject({ code: 250 });
      return results.map(({ policyType, failure }) => [policyType, failure]);
    };
    expect(await failuresOf("mx.sts.test", "none")).toEqual([["no-policy-found", null]]);
    // what a policy that is tested would have stopped is told to its owner (RFC 8461 §5)
    expect(await failuresOf("mx.sts.test", "testing")).toEqual([
      ["sts", "certificate-not-trusted"],
    ]);
    expect(await failuresOf("*.elsewhere.test", "testing")).toEqual([
      ["sts", "validation-failure"],
    ]);
    policy = enforce("mx.sts.test");
    const broken = delivery(server, 404);
    expect(await broken.one(bob)).toMatchObject({ code: 250 });
    expect(broken.reports[0]).toContain("The MTA-STS policy of sts.test could not be fetched");
    expect(broken.results).toEqual([
      { domain: "sts.test", policyType: "sts", host: "", failure: "sts-policy-fetch-error" },
      {
        domain: "sts.test",
        policyType: "no-policy-found",
        host: "mx.sts.test",
        failure: null,
        ...addresses,
      },
    ]);
    expect(await delivery(server, 200, "text/html").one(bob)).toMatchObject({ code: 250 });
    expect(await delivery(server).one({ recipients: ["bob@other.test"] })).toMatchObject({
      code: 250,
    });
    expect(fetched).toHaveLength(0);
  });
});
