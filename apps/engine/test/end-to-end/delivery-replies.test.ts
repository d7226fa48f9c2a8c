/** What a next hop says and does, and what becomes of the mail: replies of every kind, silence, lies. */
import { afterEach, describe, expect, test } from "vitest";
import {
  type AwkwardOptions,
  type AwkwardServer,
  startAwkward,
} from "../support/awkward-server.ts";
import { createTestDelivery, type Mail } from "../support/delivery.ts";
import { freePort } from "../support/gateway.ts";

const servers: AwkwardServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const start = async (options: AwkwardOptions = {}): Promise<AwkwardServer> => {
  const server = await startAwkward(options);
  servers.push(server);
  return server;
};

const to = (server: AwkwardServer, more: object = {}) =>
  createTestDelivery({
    transports: { next: { destination: `127.0.0.1:${server.port}`, ...more } },
  });

const attempt = async (options: AwkwardOptions, mail: Mail = {}, more: object = {}) => {
  const server = await start(options);
  return { server, ...(await to(server, more).one(mail)) };
};

const at =
  (verb: string, answer: string | null) =>
  (line: string): string | null | undefined =>
    line.toUpperCase().startsWith(verb) ? answer : undefined;

describe("a reply decides", () => {
  test.each([
    ["MAIL", "451 4.3.0 not now", "again"],
    ["MAIL", "550 5.7.1 not you", "gone"],
    ["RCPT", "450 4.2.1 busy", "again"],
    ["RCPT", "550 5.1.1 no such user", "gone"],
    ["DATA", "451 4.3.0 later", "again"],
    ["DATA", "554 5.6.0 no", "gone"],
  ])("%s answered %s: %s", async (verb, reply, kind) => {
    for (const extensions of [["PIPELINING"], []]) {
      const result = await attempt({ extensions, answer: at(verb, reply) });
      expect(result).toMatchObject({
        code: Number(reply.slice(0, 3)),
        status: reply.slice(4, 9),
        text: reply,
        decision: { kind },
      });
      expect(result.server.contents.filter((content) => content !== "")).toEqual([]);
    }
  });

  test.each([
    ["452 4.3.1 full", "again"],
    ["554 5.7.1 spam", "gone"],
    ["250 2.0.0 taken as 4711", "delivered"],
  ])("the final dot answered %s: %s", async (reply, kind) => {
    const result = await attempt({ final: () => reply });
    expect(result).toMatchObject({ text: reply, decision: { kind } });
  });

  test("each recipient has a result of its own", async () => {
    const server = await start({
      answer: (line) =>
        line.includes("<a@")
          ? "550 5.1.1 who"
          : line.includes("<b@")
            ? "450 4.2.1 busy"
            : undefined,
    });
    const { copies } = await to(server).deliver({
      recipients: ["a@example.org", "b@example.org", "c@example.org"],
    });
    expect(copies.map(({ result }) => result.code)).toEqual([550, 450, 250]);
    expect(copies.map(({ decision }) => decision.kind)).toEqual(["gone", "again", "delivered"]);
    expect(server.contents).toHaveLength(1);
  });

  test("the lines of a reply are one text, its status stands once, control characters are gone", async () => {
    const result = await attempt({
      final: () => "554-5.7.1 first\x1b[31m\r\n554-5.7.1 second\r\n554 5.7.1 third \xe2\x80\xae",
    });
    expect(result.text).toBe("554 5.7.1 first [31m second third");
    expect(result.status).toBe("5.7.1");
  });

  test("a status of another class than its code is not believed", async () => {
    expect(await attempt({ final: () => "450 5.7.1 hm" })).toMatchObject({
      status: null,
      decision: { kind: "again" },
    });
  });

  test("a refusal at the greeting passes, unless it says there is never mail", async () => {
    expect(await attempt({ greeting: "554 5.7.1 not today" })).toMatchObject({
      code: 451,
      decision: { kind: "again" },
    });
    expect(await attempt({ greeting: "521 no mail here" })).toMatchObject({
      code: 521,
      decision: { kind: "gone" },
    });
    expect(await attempt({ greeting: "421 4.3.2 busy" })).toMatchObject({
      code: 421,
      decision: { kind: "again" },
      hopIsDown: true,
    });
  });

  test("a server that knows only HELO gets mail without extensions", async () => {
    const result = await attempt({ answer: at("EHLO", "502 what") });
    expect(result.decision.kind).toBe("delivered");
    expect(result.server.lines).toContain("MAIL FROM:<ann@example.com>");
  });
});

describe("the end of a connection", () => {
  test("after the final dot it means perhaps: the mail is tried again", async () => {
    const result = await attempt({ final: () => null });
    expect(result).toMatchObject({ code: 0, decision: { kind: "again" } });
    expect(result.text).toMatch(/^unknown result: .* after the final dot$/);
    expect(result.server.contents).toHaveLength(1);
  });

  test("after the final dot, a thousand times, loses nothing", async () => {
    let finals = 0;
    const server = await start({ final: () => (++finals % 2 === 1 ? null : undefined) });
    const delivery = to(server);
    const ended = { delivered: 0, again: 0 };
    for (let mail = 0; mail < 1000; mail++) {
      for (let tries = 0; tries < 2; tries++) {
        const { decision } = await delivery.one();
        if (decision.kind === "delivered" || decision.kind === "again") ended[decision.kind] += 1;
      }
    }
    expect(ended).toEqual({ delivered: 1000, again: 1000 });
    expect(server.contents).toHaveLength(2000);
  });

  test("or a farewell on a kept connection is seen before it is used again", async () => {
    const server = await start({
      final: (_content, peer) => {
        peer.say("250 2.0.0 taken\r\n421 4.4.2 good night\r\n");
        return "";
      },
    });
    const { copies, client } = await to(server).deliver();
    expect(copies[0]?.decision.kind).toBe("delivered");
    expect(client).toBeNull();
  });

  test("in the middle of the envelope the mail waits", async () => {
    for (const verb of ["MAIL", "RCPT", "DATA"])
      expect(await attempt({ answer: at(verb, null) })).toMatchObject({
        code: 0,
        decision: { kind: "again" },
      });
  });

  test("a kept connection that ended meanwhile costs the mail nothing", async () => {
    const server = await start({
      answer: (line, peer) =>
        peer.number === 1 && peer.socket.bytesRead > 200 && line.startsWith("MAIL")
          ? null
          : undefined,
    });
    const delivery = to(server);
    const first = await delivery.deliver({ body: Buffer.from(`a: ${"b".repeat(200)}\r\n\r\n`) });
    expect(first.client).not.toBeNull();
    const second = await delivery.deliver({ idle: first.client });
    expect(second.copies[0]?.decision.kind).toBe("delivered");
    expect(server.connections()).toBe(2);
    second.client?.close();
  });

  test("421 on a kept connection is answered with another connection", async () => {
    const server = await start({
      answer: (line, { number, socket }) =>
        number === 1 && socket.bytesRead > 200 && line.startsWith("MAIL")
          ? "421 4.4.2 enough"
          : undefined,
    });
    const delivery = to(server);
    const first = await delivery.deliver({ body: Buffer.from(`a: ${"b".repeat(200)}\r\n\r\n`) });
    const second = await delivery.deliver({ idle: first.client });
    expect(second.copies[0]?.result.code).toBe(250);
    second.client?.close();
  });

  test("nobody listens: the mail waits, and the hop counts as down", async () => {
    const port = await freePort();
    const result = await createTestDelivery({
      transports: { next: { destination: `127.0.0.1:${port}` } },
    }).one();
    expect(result).toMatchObject({ code: 0, hopIsDown: true, decision: { kind: "again" } });
    expect(result.text).toContain("ECONNREFUSED");
  });
});

describe("a hostile server", () => {
  test.each([
    ["an endless greeting line", "2".repeat(3000)],
    ["a greeting of endless lines", "220-x\r\n".repeat(200)],
    ["binary", "\0\x01\x02\xff\r\n"],
    ["HTTP", "HTTP/1.1 400 Bad Request\r\n"],
    ["two codes in one reply", "220-a\r\n250 b\r\n"],
  ])("%s ends the connection, and the mail waits", async (_, raw) => {
    const result = await attempt({ greeting: raw });
    expect(result).toMatchObject({ code: 0, decision: { kind: "again" } });
  });

  test("an endless reply to the final dot is no success", async () => {
    const result = await attempt({
      final: (_content, peer) => {
        peer.say("250-".padEnd(1000, "x").concat("\r\n").repeat(101));
        return "";
      },
    });
    expect(result).toMatchObject({ code: 0, decision: { kind: "again" } });
  });

  test("250 for a message that was not sent yet delivers nothing", async () => {
    const server = await start({
      answer: (line, peer) => {
        if (!line.startsWith("DATA")) return undefined;
        peer.say("354 go on\r\n250 2.0.0 taken already\r\n");
        return "";
      },
    });
    const result = await to(server).one();
    expect(result.code).toBe(0);
    expect(result.decision.kind).toBe("again");
  });

  test("all replies before any command deliver nothing", async () => {
    const result = await attempt({
      greeting: "220 x\r\n250 a\r\n250 b\r\n250 c\r\n354 d\r\n250 e",
    });
    expect(result).toMatchObject({ code: 0, decision: { kind: "again" } });
    expect(result.server.lines).toEqual([]);
  });

  test("one reply too few, and no reply counts for what it does not answer", async () => {
    const result = await attempt({ answer: at("MAIL", "") });
    expect(result).toMatchObject({ code: 0, decision: { kind: "again" } });
    expect(result.text).toContain("answered RCPT with “354 go on”");
  });

  test("a refusal in the middle of the message is believed, a success is not", async () => {
    const big = Buffer.alloc(3_000_000, "Lorem ipsum dolor sit amet, consectetur adipiscing\r\n");
    const early = (reply: string) => ({
      answer: (line: string, peer: { say: (text: string) => void }) => {
        if (!line.startsWith("DATA")) return undefined;
        peer.say(`354 go on\r\n${reply}\r\n`);
        return "";
      },
    });
    expect(await attempt(early("552 5.3.4 too much"), { body: big })).toMatchObject({
      code: 552,
      decision: { kind: "gone" },
    });
    expect(await attempt(early("250 fine"), { body: big })).toMatchObject({
      code: 0,
      decision: { kind: "again" },
    });
  });

  test("every phase has its own time", async () => {
    const quick = { commandSeconds: 1, dataSeconds: 1, finalSeconds: 1 };
    const silent = await Promise.all([
      attempt({ greeting: "" }, {}, quick),
      attempt({ answer: at("EHLO", "") }, {}, quick),
      attempt({ answer: at("MAIL", ""), extensions: [] }, {}, quick),
      attempt({ answer: at("RCPT", ""), extensions: [] }, {}, quick),
      attempt({ answer: at("DATA", "") }, {}, quick),
      attempt({ final: () => "" }, {}, quick),
    ]);
    const reasons = ["the connection", "EHLO", "MAIL", "RCPT", "DATA", "the final dot"];
    for (const [index, result] of silent.entries()) {
      expect(result).toMatchObject({ code: 0, decision: { kind: "again" } });
      expect(result.text).toContain(`no reply to ${reasons[index]} in time`);
    }
  });

  test("a server that drips its reply byte by byte does not stretch the time", async () => {
    const result = await attempt(
      {
        extensions: [],
        answer: (line, peer) => {
          if (!line.startsWith("MAIL")) return undefined;
          const timer = setInterval(() => peer.say("2"), 300);
          peer.socket.on("close", () => clearInterval(timer));
          return "";
        },
      },
      {},
      { commandSeconds: 1 },
    );
    expect(result.text).toContain("no reply to MAIL in time");
  });
});
