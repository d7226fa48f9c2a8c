/** The PROXY protocol: a listed balancer names the client; anybody else who tries it is a client that talks nonsense. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { freePort } from "../support/gateway.ts";
import { type ListenerUnderTest, startListener, until } from "../support/listener.ts";
import { requirePeer, testWithPeer } from "../support/peers.ts";
import { SmtpClient } from "../support/smtp-client.ts";

let listener: ListenerUnderTest | null = null;

afterEach(async () => {
  await listener?.close();
  listener = null;
});

const start = async (
  settings: object = { proxyPeers: ["127.0.0.0/8"] },
): Promise<ListenerUnderTest> => {
  listener = await startListener({
    settings: (port) => ({
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: { "example.test": { transport: "next" } },
      listeners: { inbound: { address: "127.0.0.1", port, ...settings } },
    }),
  });
  return listener;
};

const deliverOne = async (client: SmtpClient): Promise<void> => {
  expect(await client.reply()).toMatch(/^220/);
  const replies = await client.sayAll(
    "EHLO c.example",
    "MAIL FROM:<a@b.example>",
    "RCPT TO:<u@example.test>",
    "DATA",
    ".",
  );
  expect(replies.at(-1)).toMatch(/^250/);
  client.end();
};

const envelopeOf = ({ messages }: ListenerUnderTest) =>
  messages.at(-1)?.acceptance.bodies[0]?.entries[0]?.envelope;

const signature = "\r\n\r\n\0\r\nQUIT\n";
const version2 = (options: {
  command?: number;
  family?: number;
  body?: string;
  length?: number;
}): string => {
  const {
    command = 0x21,
    family = 0x11,
    body = "\xc0\0\x02\x07\xcb\0\x71\x09\x12\x67\0\x19",
  } = options;
  const length = options.length ?? body.length;
  return `${signature}${String.fromCharCode(command, family, length >> 8, length & 255)}${body}`;
};

test.each([
  ["version 1, IPv4", "PROXY TCP4 192.0.2.7 203.0.113.9 4711 25\r\n", "192.0.2.7", 4711],
  ["version 1, IPv6", "PROXY TCP6 2001:db8::7 2001:db8::9 4711 25\r\n", "2001:db8::7", 4711],
  ["version 2, IPv4", version2({}), "192.0.2.7", 4711],
  [
    "version 2 with what we do not know behind the addresses",
    version2({ body: `\xc0\0\x02\x07\xcb\0\x71\x09\x12\x67\0\x19\x04\0\x03abc` }),
    "192.0.2.7",
    4711,
  ],
  [
    "version 2, IPv6",
    version2({
      family: 0x21,
      body: `\x20\x01\x0d\xb8${"\0".repeat(11)}\x07\x20\x01\x0d\xb8${"\0".repeat(11)}\x09\x12\x67\0\x19`,
    }),
    "2001:db8::7",
    4711,
  ],
])("%s names the client", async (_, header, address, clientPort) => {
  const under = await start();
  const client = new SmtpClient(under.port);
  client.send(header);
  await deliverOne(client);
  expect(envelopeOf(under)).toMatchObject({ clientAddress: address, clientPort });
  expect(under.messages[0]?.bodies[0]).toContain(address);
});

test.each([
  ["version 1", "PROXY UNKNOWN\r\n"],
  ["version 2", version2({ command: 0x20, family: 0, body: "" })],
])("a balancer that speaks for itself (%s) is the client", async (_, header) => {
  const under = await start();
  const client = new SmtpClient(under.port);
  client.send(header);
  await deliverOne(client);
  expect(envelopeOf(under)).toMatchObject({ clientAddress: "127.0.0.1" });
});

test("a header in single bytes, with EHLO right behind it, is read whole and loses nothing", async () => {
  const under = await start();
  const client = new SmtpClient(under.port);
  const header = version2({});
  for (const byte of header) {
    client.send(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await deliverOne(client);
  expect(envelopeOf(under)?.clientAddress).toBe("192.0.2.7");
});

test.each([
  ["none at all", "EHLO c.example\r\n"],
  ["a bare LF", "PROXY TCP4 192.0.2.7 203.0.113.9 4711 25\n"],
  ["no addresses", "PROXY TCP4\r\n"],
  ["a name for an address", "PROXY TCP4 localhost 203.0.113.9 4711 25\r\n"],
  ["the wrong family", "PROXY TCP4 2001:db8::7 2001:db8::9 4711 25\r\n"],
  ["a port too many", "PROXY TCP4 192.0.2.7 203.0.113.9 4711 65536\r\n"],
  ["an injected line", "PROXY TCP4 192.0.2.7\rX 203.0.113.9 4711 25\r\n"],
  ["a line that never ends", `PROXY TCP4 ${"1".repeat(200)}`],
  ["an unknown version", version2({ command: 0x31 })],
  ["an unknown command", version2({ command: 0x22 })],
  ["an unknown family", version2({ family: 0x31 })],
  ["fewer bytes than addresses", version2({ body: "\xc0\0\x02\x07" })],
  ["537 bytes", version2({ body: "x".repeat(521) })],
  ["64 kilobytes announced", version2({ body: "x".repeat(100), length: 65_535 })],
])("a balancer with a bad header (%s) is dropped without a word", async (_, header) => {
  const under = await start();
  const client = new SmtpClient(under.port);
  client.send(header);
  if (header.endsWith("25\n")) client.send("x".repeat(107));
  expect(await client.closed()).toBe("");
  expect(under.log.join()).toContain("127.0.0.1 is a PROXY peer, but");
});

test("536 bytes are taken", async () => {
  const under = await start();
  const client = new SmtpClient(under.port);
  client.send(
    version2({ body: `\xc0\0\x02\x07\xcb\0\x71\x09\x12\x67\0\x19${"x".repeat(536 - 16 - 12)}` }),
  );
  await deliverOne(client);
  expect(envelopeOf(under)?.clientAddress).toBe("192.0.2.7");
});

test("a header that is cut short ends with the connection", async () => {
  const under = await start();
  const client = new SmtpClient(under.port);
  client.send(version2({}).slice(0, 20));
  client.socket.end();
  expect(await client.closed()).toBe("");
});

test.each([
  ["version 1", "PROXY TCP4 192.0.2.7 203.0.113.9 4711 25\r\n"],
  ["version 2", version2({})],
])("from a stranger a header (%s) names nobody", async (_, header) => {
  const under = await start({ proxyPeers: ["192.0.2.0/24"] });
  const client = new SmtpClient(under.port);
  expect(await client.reply()).toMatch(/^220/);
  client.send(header);
  client.send(
    "\r\nEHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<u@example.test>\r\nDATA\r\n",
  );
  let reply: string | null = "";
  const replies: string[] = [];
  while (reply !== null && !/^(?:354|421)/.test(reply)) {
    reply = await client.reply();
    replies.push(reply ?? "closed");
  }
  expect(replies[0]).toMatch(/^5/);
  if (replies.at(-1)?.startsWith("354") === true) {
    await client.say(".");
    expect(envelopeOf(under)?.clientAddress).toBe("127.0.0.1");
  }
  client.end();
});

for (const version of ["send-proxy", "send-proxy-v2"]) {
  testWithPeer("haproxy")(`haproxy with ${version} tells the client's address`, async () => {
    const under = await start();
    const folder = mkdtempSync(path.join(tmpdir(), "sluice-haproxy-"));
    const front = await freePort();
    const file = path.join(folder, "haproxy.cfg");
    writeFileSync(
      file,
      [
        "defaults",
        "  mode tcp",
        "  timeout connect 5s",
        "  timeout client 30s",
        "  timeout server 30s",
        "listen smtp",
        `  bind 127.0.0.1:${front}`,
        `  server gateway 127.0.0.1:${under.port} ${version}`,
        "",
      ].join("\n"),
    );
    const program = spawn(requirePeer("haproxy"), ["-db", "-f", file], { stdio: "ignore" });
    try {
      let client: SmtpClient | null = null;
      for (;;) {
        client = new SmtpClient(front);
        const isUp = await new Promise<boolean>((resolve) => {
          client?.socket.once("connect", () => resolve(true));
          client?.socket.once("error", () => resolve(false));
        });
        if (isUp) break;
        if (program.exitCode !== null) throw new Error("haproxy did not start");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { localPort } = client.socket;
      await deliverOne(client);
      expect(envelopeOf(under)).toMatchObject({
        clientAddress: "127.0.0.1",
        clientPort: localPort,
        serverPort: front,
      });
    } finally {
      program.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    }
  });
}

test("limits count the client that is named, not the balancer", async () => {
  const under = await start({ proxyPeers: ["127.0.0.1"], maximumConnectionsPerClient: 1 });
  const connect = (address: string): SmtpClient => {
    const client = new SmtpClient(under.port);
    client.send(`PROXY TCP4 ${address} 203.0.113.9 4711 25\r\n`);
    return client;
  };
  const first = connect("192.0.2.1");
  expect(await first.reply()).toMatch(/^220/);
  const second = connect("192.0.2.2");
  expect(await second.reply()).toMatch(/^220/);
  expect(await connect("192.0.2.1").reply()).toMatch(/^421/);
  first.end();
  second.end();
  await until(() => under.status()[0]?.connections === 0);
});
