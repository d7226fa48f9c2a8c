/** What goes over the wire: the bytes that came in, dots stuffed, CRLF alone, and nothing a next hop cannot take. */
import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import {
  type AwkwardOptions,
  type AwkwardServer,
  startAwkward,
} from "../support/awkward-server.ts";
import { createTestDelivery, type Mail } from "../support/delivery.ts";
import { until } from "../support/listener.ts";
import { testWithPeer } from "../support/peers.ts";
import { mostOnTheWay, startReluctant } from "../support/reluctant-server.ts";
import { startSink } from "../support/sink.ts";
import { startSmtpSink } from "../support/smtp-sink.ts";

const servers: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const start = async (options: AwkwardOptions = {}): Promise<AwkwardServer> => {
  const server = await startAwkward(options);
  servers.push(server);
  return server;
};
const toPort = (port: number) =>
  createTestDelivery({ transports: { next: { destination: `127.0.0.1:${port}` } } });
const attempt = async (options: AwkwardOptions, mail: Mail) => {
  const server = await start(options);
  return { server, ...(await toPort(server.port).one(mail)) };
};
const wireOf = async (body: Buffer | (() => AsyncIterable<Buffer>)): Promise<string> => {
  const { server } = await attempt({}, { body });
  return server.contents[0] ?? "";
};

/** Resolves when a count has stayed what it is for many turns of the event loop. */
const untilStill = async (count: () => number): Promise<void> => {
  for (let last = -1, turns = 0; turns < 200; turns++) {
    if (count() !== last) turns = 0;
    last = count();
    await setImmediate();
  }
};

describe("bytes", () => {
  test.each([
    ["a line with a dot", "a: b\r\n\r\n.\r\n", "a: b\r\n\r\n..\r\n"],
    ["dots at the start, at the end, alone", ".a\r\n..\r\nb.\r\n.", "..a\r\n...\r\nb.\r\n..\r\n"],
    ["no line end at the end", "a: b\r\n\r\nc", "a: b\r\n\r\nc\r\n"],
    [
      "a bare LF before a dot",
      "a: b\r\n\r\nx\n.\nMAIL FROM:<>\n",
      "a: b\r\n\r\nx\r\n..\r\nMAIL FROM:<>\r\n",
    ],
    ["a bare CR before a dot", "a: b\r\n\r\nx\r.\r\ry", "a: b\r\n\r\nx\r\n..\r\n\r\ny\r\n"],
    ["bytes of every kind", "a: b\r\n\r\n\0\x01\x80\xff\r\n", "a: b\r\n\r\n\0\x01\x80\xff\r\n"],
  ])("%s", async (_, body, wire) => {
    const bytes = Buffer.from(body, "latin1");
    expect(await wireOf(bytes)).toBe(wire);
    // and the same when it comes in pieces of one byte
    const piecemeal = async function* () {
      for (const byte of bytes) yield Buffer.of(byte);
    };
    expect(await wireOf(piecemeal)).toBe(wire);
  });

  test("an empty message is one", async () => {
    const { server, code } = await attempt({}, { body: Buffer.alloc(0) });
    expect(code).toBe(250);
    expect(server.contents).toEqual([""]);
  });

  test("what a mail server stores is what came in", async () => {
    const sink = await startSink();
    servers.push(sink);
    const lines = Array.from(
      { length: 20_000 },
      (_, index) =>
        `${index % 7 === 0 ? "." : ""}${randomBytes(index % 40)
          .toString("latin1")
          .replace(/[\r\n]/g, "x")}`,
    );
    const body = Buffer.from(`Subject: x\r\n\r\n${lines.join("\r\n")}\r\n`, "latin1");
    await toPort(sink.port).one({ body });
    expect(sink.messages[0]?.bytes.equals(body)).toBe(true);
  });

  test("a message that cannot be read to its end is never finished", async () => {
    const server = await start();
    const broken = async function* () {
      yield Buffer.from("Subject: half\r\n\r\nHalf of it");
      throw new Error("the database went away");
    };
    const delivery = toPort(server.port);
    const short = async function* () {
      yield Buffer.from("Subject: half\r\n\r\nHalf of it\r\n");
    };
    for (const body of [broken, short]) {
      expect(await delivery.one({ body, size: 1000 })).toMatchObject({
        code: 451,
        text: "The stored message could not be read.",
        decision: { kind: "again" },
      });
    }
    expect(delivery.reports).toHaveLength(2);
    expect(server.contents).toEqual([]);
  });
});

describe("size", () => {
  test("is announced, and a next hop that takes less is not even asked", async () => {
    const body = Buffer.from("a: b\r\n\r\nhello\r\n");
    const fits = await attempt({ extensions: [`SIZE ${body.length}`] }, { body });
    expect(fits.server.lines).toContain(`MAIL FROM:<ann@example.com> SIZE=${body.length}`);
    const small = await attempt({ extensions: [`SIZE ${body.length - 1}`] }, { body });
    expect(small).toMatchObject({ code: 554, status: "5.3.4", decision: { kind: "gone" } });
    expect(small.server.contents).toEqual([]);
    expect((await attempt({ extensions: ["SIZE 0"] }, { body })).code).toBe(250);
    expect((await attempt({ extensions: ["SIZE"] }, { body })).code).toBe(250);
  });

  const part = Buffer.alloc(64 * 1024, `${"x".repeat(76)}\r\n`);

  testWithPeer("smtp-sink")("50 MB pass", async () => {
    const sink = await startSmtpSink();
    servers.push(sink);
    const count = 800;
    const body = async function* () {
      for (let index = 0; index < count; index++) yield part;
    };
    const result = await toPort(sink.port).one({ body, size: part.length * count });
    expect(result.code).toBe(250);
  });

  test("a message is read no faster than the next hop takes it", async () => {
    const server = await startReluctant();
    servers.push(server);
    const count = Math.ceil((mostOnTheWay() + 16 * 1024 * 1024) / part.length);
    let read = 0;
    let ahead = 0;
    const body = async function* () {
      for (let index = 0; index < count; index++) {
        read += part.length;
        ahead = Math.max(ahead, read - server.taken());
        yield part;
      }
    };
    const sent = toPort(server.port).one({ body, size: part.length * count });
    await until(server.isStanding);
    await untilStill(() => read);
    server.readOn();
    expect((await sent).code).toBe(250);
    expect(server.taken()).toBeGreaterThan(part.length * count);
    expect(ahead).toBeLessThan(mostOnTheWay());
  });
});

describe("eight bits", () => {
  const body = Buffer.from("Subject: x\r\n\r\nGrüße\r\n");
  const envelope = { eightBit: true };

  test("are announced to servers that take them", async () => {
    const { server } = await attempt({ extensions: ["8BITMIME"] }, { body, envelope });
    expect(server.lines).toContain("MAIL FROM:<ann@example.com> BODY=8BITMIME");
  });

  test("are refused for those that do not, in memory or not", async () => {
    const streamed = async function* () {
      yield Buffer.from("Subject: x\r\n\r\n");
      yield body;
    };
    for (const one of [body, () => streamed()]) {
      const result = await attempt({ extensions: [] }, { body: one, envelope });
      expect(result).toMatchObject({ code: 554, status: "5.6.3", decision: { kind: "gone" } });
      expect(result.server.lines.some((line) => line.startsWith("MAIL"))).toBe(false);
    }
  });

  test("that were announced and are not there keep nothing back", async () => {
    const plain = Buffer.from("Subject: x\r\n\r\nplain\r\n");
    const result = await attempt({ extensions: [] }, { body: plain, envelope });
    expect(result.code).toBe(250);
  });
});

describe("SMTPUTF8", () => {
  const envelope = { smtpUtf8: true };
  const ascii = Buffer.from("Subject: x\r\n\r\nGrüße\r\n");
  const header = Buffer.from("Subject: Grüße\r\n\r\nx\r\n");

  test("addresses go as they are to servers that take them", async () => {
    const { server } = await attempt(
      { extensions: ["SMTPUTF8", "8BITMIME"] },
      { sender: "änn@example.com", recipients: ["bøb@example.org"], envelope, body: header },
    );
    const wire = Buffer.from(server.lines.join("\n"), "latin1").toString("utf8");
    expect(wire).toContain("MAIL FROM:<änn@example.com> SMTPUTF8");
    expect(wire).toContain("RCPT TO:<bøb@example.org>");
  });

  test.each([
    ["a recipient", { recipients: ["bøb@example.org"] }],
    ["the sender", { sender: "änn@example.com" }],
    ["a header field", { body: header }],
    [
      "a header field of a message on disk",
      {
        body: async function* () {
          yield header;
        },
      },
    ],
  ])("%s beyond ASCII is refused for others, and nothing is mangled", async (_, mail) => {
    const result = await attempt({ extensions: ["8BITMIME"] }, { ...mail, envelope });
    expect(result).toMatchObject({ code: 554, status: "5.6.7", decision: { kind: "gone" } });
    expect(result.server.lines.some((line) => line.startsWith("MAIL"))).toBe(false);
  });

  test("that was announced and is not needed keeps nothing back", async () => {
    const result = await attempt({ extensions: ["8BITMIME"] }, { body: ascii, envelope });
    expect(result.code).toBe(250);
    expect(result.server.lines).toContain("MAIL FROM:<ann@example.com>");
  });
});

describe("requests for notices", () => {
  const envelope = {
    ret: "HDRS",
    envid: "QQ+2B314159",
    notify: ["SUCCESS", "FAILURE"],
    orcpt: "rfc822;bob@example.org",
  } as const;

  test("go on to a next hop that knows them", async () => {
    const { server, copy } = await attempt({ extensions: ["DSN"] }, { envelope });
    expect(server.lines).toContain("MAIL FROM:<ann@example.com> RET=HDRS ENVID=QQ+2B314159");
    expect(server.lines).toContain(
      "RCPT TO:<bob@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.org",
    );
    expect(copy.takesDsn).toBe(true);
  });

  test("and are kept from one that does not", async () => {
    const { server, copy } = await attempt({ extensions: [] }, { envelope });
    expect(server.lines).toContain("MAIL FROM:<ann@example.com>");
    expect(server.lines).toContain("RCPT TO:<bob@example.org>");
    expect(copy.takesDsn).toBe(false);
  });
});
