/** Where mail goes: hosts, MX records of a real name server, fallbacks, source addresses, LMTP. */
import { createServer } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  type AwkwardOptions,
  type AwkwardServer,
  startAwkward,
} from "../support/awkward-server.ts";
import { createTestDelivery, hello } from "../support/delivery.ts";
import { freePort } from "../support/gateway.ts";
import { type Knot, startKnot } from "../support/knot.ts";
import { testWithPeer } from "../support/peers.ts";
import { startSink } from "../support/sink.ts";

const servers: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const start = async (options: AwkwardOptions = {}): Promise<AwkwardServer> => {
  const server = await startAwkward(options);
  servers.push(server);
  return server;
};
const to = (destination: string, more: object = {}) =>
  createTestDelivery({ transports: { next: { destination, ...more } } });

describe("hosts", () => {
  test("are tried in order until one takes the mail", async () => {
    const closed = await freePort();
    const busy = await start({ greeting: "421 4.3.2 busy" });
    const good = await start();
    const spare = await start();
    const list = [closed, busy.port, good.port, spare.port].map((port) => `127.0.0.1:${port}`);
    expect(await to(list.join(", ")).one()).toMatchObject({ code: 250 });
    expect(busy.connections()).toBe(1);
    expect(good.contents).toHaveLength(1);
    expect(spare.connections()).toBe(0);
  });

  test("a host that hangs up before it took anything gives way to the next, once", async () => {
    const rude = await start({ answer: (line) => (line.startsWith("MAIL") ? null : undefined) });
    const good = await start();
    const result = await to(`127.0.0.1:${rude.port},127.0.0.1:${good.port}`).one();
    expect(result.code).toBe(250);
    expect(rude.connections()).toBe(1);
  });

  test("one host that says never does not outweigh one that says later", async () => {
    const never = await start({ greeting: "521 5.3.2 never" });
    const closed = await freePort();
    const result = await to(`127.0.0.1:${closed},127.0.0.1:${never.port}`).one();
    expect(result.decision.kind).toBe("again");
  });

  test("IPv6 is a way like any other", async (context) => {
    const probe = createServer();
    const works = await new Promise<boolean>((resolve) => {
      probe.once("error", () => resolve(false));
      probe.listen(0, "::1", () => probe.close(() => resolve(true)));
    });
    if (!works) return context.skip("this machine has no IPv6");
    const server = await start({ host: "::1" });
    const result = await to(`[::1]:${server.port}`).one();
    expect(result.code).toBe(250);
  });

  test("null takes everything and sends nothing", async () => {
    expect((await to("null").one()).decision).toEqual({ kind: "discarded" });
  });

  test("mail without a transport waits, and says which setting is missing", async () => {
    const result = await to("null").one({ transport: null });
    expect(result).toMatchObject({
      code: 451,
      decision: { kind: "again", countsAsAttempt: false },
    });
    expect(result.text).toContain("choose one at the domain");
    const old = new Date("2029-12-01T00:00:00Z");
    expect(await to("null").one({ transport: null, receivedAt: old })).toMatchObject({
      decision: { kind: "gone", notify: true, why: "age" },
    });
  });
});

describe("who we are", () => {
  test("the HELO name and the source address are those of the transport", async () => {
    const server = await start();
    const destination = `127.0.0.1:${server.port}`;
    const result = await to(destination, { helo: "out.example.test", sourceAddress: "127.0.0.5" });
    const { copies, client } = await result.deliver();
    expect(server.lines[0]).toBe("EHLO out.example.test");
    expect(client?.sourceAddress).toBe("127.0.0.5");
    client?.close();
    expect(copies[0]?.result.code).toBe(250);
    await to(destination).one();
    expect(server.lines).toContain("EHLO gateway.test");
  });

  test("a source address of one family is not used for the other", async () => {
    const server = await start();
    const result = await to(`127.0.0.1:${server.port}`, { sourceAddress: "::1" }).one();
    expect(result.text).toContain("no address to connect to from our source address");
    expect(server.connections()).toBe(0);
  });
});

describe("LMTP", () => {
  test("each recipient has an answer of its own behind the final dot", async () => {
    const server = new SMTPServer({
      lmtp: true,
      disabledCommands: ["AUTH", "STARTTLS"],
      disableReverseLookup: true,
      authOptional: true,
      onData: (stream, session, callback) => {
        stream.resume();
        stream.on("end", () => {
          const answers = session.envelope.rcptTo.map(({ address }) =>
            address.startsWith("full")
              ? Object.assign(new Error("mailbox full"), { responseCode: 452 })
              : "stored",
          );
          // LMTP servers answer with one reply for each recipient
          (callback as (error: null, answers: unknown[]) => void)(null, answers);
        });
      },
    });
    server.on("error", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    servers.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const address = server.server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const { copies, client } = await to(`127.0.0.1:${port}`, { protocol: "lmtp" }).deliver({
      recipients: ["ann@example.org", "full@example.org", "bob@example.org"],
    });
    client?.close();
    expect(copies.map(({ decision }) => decision.kind)).toEqual([
      "delivered",
      "again",
      "delivered",
    ]);
  });
});

describe("connections are used again", () => {
  test("for the next message, but not after another revision of the transport", async () => {
    const sink = await startSink();
    servers.push(sink);
    const delivery = to(`127.0.0.1:${sink.port}`);
    const first = await delivery.deliver();
    const second = await delivery.deliver({ idle: first.client });
    expect(second.client).toBe(first.client);
    expect(second.client?.messages()).toBe(2);
    const { settings } = delivery.snapshot;
    const next = settings.transports["next"];
    if (next === undefined) throw new Error("no transport");
    delivery.publish({
      ...delivery.snapshot,
      settings: { ...settings, transports: { next: { ...next, helo: "new.example.test" } } },
    });
    const third = await delivery.deliver({ idle: second.client });
    expect(third.client).not.toBe(first.client);
    expect(third.copies[0]?.result.code).toBe(250);
    third.client?.close();
  });

  test("what was refused leaves nothing behind for the next message", async () => {
    const server = await start({
      answer: (line) => (line.includes("nobody@") ? "550 5.1.1 who" : undefined),
    });
    const delivery = to(`127.0.0.1:${server.port}`);
    const first = await delivery.deliver({ recipients: ["nobody@example.org"] });
    const second = await delivery.deliver({ idle: first.client });
    second.client?.close();
    expect(first.copies[0]?.result.code).toBe(550);
    expect(second.copies[0]?.result.code).toBe(250);
    expect(server.connections()).toBe(1);
    expect(server.contents.at(-1)).toBe(hello.toString());
  });
});

describe("the fallback", () => {
  const both = (first: string, second: string, more: object = {}) =>
    createTestDelivery({
      transports: {
        next: { destination: first, fallback: "spare", ...more },
        spare: { destination: second },
      },
    });

  test("takes mail while the transport cannot be reached", async () => {
    const closed = await freePort();
    const spare = await start();
    const delivery = both(`127.0.0.1:${closed}`, `127.0.0.1:${spare.port}`);
    for (let mail = 0; mail < 3; mail++) {
      const result = await delivery.one();
      expect(result).toMatchObject({ code: 250, hopIsDown: false });
    }
    expect(spare.contents).toHaveLength(3);
  });

  test("is not asked when the transport answers, whatever it says", async () => {
    const spare = await start();
    for (const reply of ["450 4.2.0 greylisted", "550 5.1.1 who"]) {
      const primary = await start({
        answer: (line) => (line.startsWith("RCPT") ? reply : undefined),
      });
      await both(`127.0.0.1:${primary.port}`, `127.0.0.1:${spare.port}`).one();
    }
    expect(spare.connections()).toBe(0);
  });

  test("that cannot be reached either: the mail waits by the transport's schedule", async () => {
    const [a, b] = [await freePort(), await freePort()];
    const delivery = both(`127.0.0.1:${a}`, `127.0.0.1:${b}`, { retryMinutes: [7] });
    expect(await delivery.one()).toMatchObject({
      hopIsDown: true,
      decision: { kind: "again", delaySeconds: 420, transport: "next" },
    });
  });
});

describe("lookup-mx", () => {
  const peers = testWithPeer("knotd");
  let knot: Knot;
  let first: AwkwardServer;
  let port: number;
  beforeAll(async () => {
    first = await startAwkward({ host: "127.0.0.1" });
    port = first.port;
    knot = await startKnot({
      "mail.test": [
        "@ MX 10 a",
        "@ MX 20 b",
        "a A 127.0.0.2", // nobody listens there
        "b A 127.0.0.1",
        "null MX 0 .",
        "plain A 127.0.0.1",
        "loop MX 10 gateway.test.",
        "loop MX 20 b",
        "backup MX 10 b",
        "backup MX 20 gateway.test.",
        "empty TXT nothing",
        "dangling MX 10 gone",
        "two MX 10 two-hosts",
        "two-hosts A 127.0.0.2",
        "two-hosts A 127.0.0.1",
        "xn--bcher-kva MX 10 b",
      ].join("\n"),
      "mapped.zone": "example.org MX 10 b.mail.test.\nb A 127.0.0.1",
    });
  });
  afterAll(async () => {
    await knot.stop();
    await first.close();
  });
  const mx = (recipient: string, options = "", more: object = {}) =>
    createTestDelivery({
      transports: {
        next: {
          destination: `lookup-mx${options};query=${knot.address};port=${port}`,
          allowPrivateAddresses: true,
          connectSeconds: 2,
          ...more,
        },
      },
    }).one({ recipients: [recipient] });

  peers("the best that can be reached gets the mail", async () => {
    const result = await mx("bob@mail.test");
    expect(result).toMatchObject({ code: 250 });
    expect(result.copy.host).toMatchObject({ name: "b.mail.test", address: "127.0.0.1" });
  });

  peers("every address of a host is tried", async () => {
    expect(await mx("bob@two.mail.test")).toMatchObject({ code: 250 });
  });

  peers("without MX the domain's own address", async () => {
    expect(await mx("bob@plain.mail.test")).toMatchObject({ code: 250 });
  });

  peers("a domain in other letters is asked for as DNS knows it", async () => {
    expect(await mx("bob@bücher.mail.test")).toMatchObject({ code: 250 });
  });

  peers("MX of another name, and of a zone that is appended", async () => {
    expect(await mx("bob@nowhere.example", ":plain.mail.test")).toMatchObject({ code: 250 });
    expect(await mx("bob@example.org", ";zone=mapped.zone")).toMatchObject({ code: 250 });
    expect(await mx("bob@example.org", ":zone=mapped.zone")).toMatchObject({ code: 250 });
  });

  peers("null MX, no such domain, no address: back to the sender at once", async () => {
    for (const [recipient, status] of [
      ["bob@null.mail.test", "5.1.10"],
      ["bob@missing.mail.test", "5.1.2"],
      ["bob@empty.mail.test", "5.1.2"],
      ["bob@dangling.mail.test", "5.1.2"],
    ] as const) {
      const result = await mx(recipient);
      expect(result).toMatchObject({ status, decision: { kind: "gone", notify: true } });
    }
  });

  peers(
    "a name server that does not answer makes the mail wait",
    async () => {
      const result = await createTestDelivery({
        transports: { next: { destination: `lookup-mx;query=127.0.0.1:${await freePort()}` } },
      }).one();
      expect(result).toMatchObject({ code: 0, status: "4.4.3", decision: { kind: "again" } });
    },
    60_000,
  );

  peers("when we are the best exchanger ourselves, the mail has looped", async () => {
    expect(await mx("bob@loop.mail.test")).toMatchObject({
      status: "5.4.6",
      decision: { kind: "gone" },
    });
    expect(await mx("bob@backup.mail.test")).toMatchObject({ code: 250 });
  });

  peers("a foreign zone cannot send us to private addresses", async () => {
    const before = first.connections();
    const result = await mx("bob@plain.mail.test", "", { allowPrivateAddresses: false });
    expect(result).toMatchObject({ status: "5.4.4", decision: { kind: "gone" } });
    expect(result.text).toContain("leads to a private address or to this host (127.0.0.1)");
    const literal = await mx("bob@[127.0.0.1]", "", { allowPrivateAddresses: false });
    expect(literal.status).toBe("5.4.4");
    expect(first.connections()).toBe(before);
  });
});
