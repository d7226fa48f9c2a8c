/** The handshake itself: in time, in pieces, once, resumed by another worker, and with nothing slipped in before it. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { promisify } from "node:util";
import { afterEach, beforeAll, expect } from "vitest";
import { createTicketKeySource, createTicketKeys } from "../../src/listener/ticket-keys.ts";
import { makeCertificate, type TestCertificate } from "../support/certificate.ts";
import { type ListenerUnderTest, startListener, until } from "../support/listener.ts";
import { requirePeer, testWithPeer } from "../support/peers.ts";
import { greeted, SmtpClient } from "../support/smtp-client.ts";

const test = testWithPeer("openssl");
const run = promisify(execFile);
let certificate: TestCertificate;
const open: ListenerUnderTest[] = [];

beforeAll(() => {
  certificate = makeCertificate(["mx.example.test"]);
});
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

const start = async (
  mode: "optional" | "implicit",
  more: Partial<Parameters<typeof startListener>[0]> = {},
): Promise<ListenerUnderTest> => {
  const listener = await startListener({
    settings: (port) => ({
      certificates: {
        main: { certificate: certificate.certificate, privateKey: { secret: "stored" } },
      },
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: { "example.test": { transport: "next" } },
      listeners: {
        inbound: { address: "127.0.0.1", port, tls: { mode, certificates: ["main"] } },
      },
    }),
    secrets: { "certificate/main/privateKey": certificate.privateKey },
    ...more,
  });
  open.push(listener);
  return listener;
};

const connected = async (port: number): Promise<Socket> => {
  const socket = createConnection({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
};

/** What is written goes out one byte a packet. */
const inSingleBytes = (socket: Socket): Duplex => {
  socket.setNoDelay(true);
  const duplex = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      const next = (at: number): void => {
        if (at === chunk.length) done();
        else socket.write(chunk.subarray(at, at + 1), () => setImmediate(next, at + 1));
      };
      next(0);
    },
  });
  socket.on("data", (chunk: Buffer) => duplex.push(chunk));
  socket.on("close", () => duplex.destroy());
  return duplex;
};

for (const mode of ["optional", "implicit"] as const) {
  test(`with TLS ${mode}, a handshake that trickles in is given up after thirty seconds, however often a byte comes`, async () => {
    let now = 0;
    const { port, records, status } = await start(mode, { monotonic: () => now });
    const socket = await connected(port);
    if (mode === "optional") {
      await new Promise((resolve) => socket.once("data", resolve));
      socket.write("EHLO client.example\r\n");
      await new Promise((resolve) => socket.once("data", resolve));
      socket.write("STARTTLS\r\n");
      await new Promise((resolve) => socket.once("data", resolve));
    }
    socket.resume();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const hello = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    for (const [index, byte] of [...hello].entries()) {
      now = index * 2500;
      socket.write(Buffer.from(byte, "latin1"));
      await new Promise((resolve) => setImmediate(resolve));
    }
    now = 29_000;
    // ticks come every ten milliseconds here; another client has been served by some of them
    const other = new SmtpClient(port, mode === "implicit" ? { tls: {} } : {});
    expect(await other.reply()).toMatch(/^220/);
    other.end();
    expect(socket.readyState).toBe("open");
    now = 31_000;
    await closed;
    await until(() => records.some(({ clientAddress }) => clientAddress === "127.0.0.1"));
    await until(() => status()[0]?.connections === 0); // its place is free again
  });

  test(`with TLS ${mode}, a handshake and a message in single bytes arrive whole`, async () => {
    const { port, messages } = await start(mode);
    const socket = await connected(port);
    if (mode === "optional") {
      await new Promise((resolve) => socket.once("data", resolve));
      socket.write("EHLO client.example\r\n");
      await new Promise((resolve) => socket.once("data", resolve));
      socket.write("STARTTLS\r\n");
      await new Promise((resolve) => socket.once("data", resolve));
    }
    const secured = tls.connect({ socket: inSingleBytes(socket), rejectUnauthorized: false });
    secured.on("error", () => {});
    let said = "";
    secured.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await new Promise((resolve) => secured.once("secureConnect", resolve));
    secured.write("EHLO client.example\r\nMAIL FROM:<a@client.example>\r\n");
    secured.write("RCPT TO:<b@example.test>\r\nDATA\r\n");
    await until(() => /^354 /m.test(said));
    secured.write("Subject: x\r\n\r\nhello\r\n.\r\n");
    await until(() => messages.length === 1);
    expect(messages[0]?.bodies[0]).toContain("Subject: x\r\n\r\nhello\r\n");
    socket.destroy();
  });
}

test("a client that wants a second handshake within its session gets none", async () => {
  const { port, status } = await start("optional");
  const client = await greeted(port);
  await client.say("STARTTLS");
  await client.startTls({ maxVersion: "TLSv1.2" });
  await client.say("EHLO client.example");
  const { socket } = client;
  if (!(socket instanceof tls.TLSSocket)) throw new Error("no TLS");
  const answer = await new Promise<Error | null>((resolve) => {
    socket.once("error", resolve);
    socket.once("close", () => resolve(new Error("closed")));
    socket.renegotiate({ rejectUnauthorized: false }, resolve);
  });
  expect(answer).not.toBeNull();
  client.end();
  await until(() => status()[0]?.connections === 0);
  (await greeted(port)).end();
});

const injected = "MAIL FROM:<evil@client.example>\r\nRCPT TO:<b@example.test>\r\n";
const hello = "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03";

for (const [name, bytes] of [
  ["commands", `STARTTLS\r\n${injected}`],
  ["a line end", "STARTTLS\r\n\r\n"],
  ["a bare line end", "STARTTLS\r\n\n"],
  ["a NUL", "STARTTLS\r\n\0"],
  ["a blank", "STARTTLS\r\n "],
  ["its own handshake", `STARTTLS\r\n${hello}`],
  ["a second STARTTLS", "STARTTLS\r\nSTARTTLS\r\n"],
  ["commands, in small letters", `starttls  \r\n${injected}`],
  ["commands, itself behind another", `NOOP\r\nSTARTTLS\r\n${injected}`],
  ["commands, itself behind ninety-nine others", `${"NOOP\r\n".repeat(98)}STARTTLS\r\n${injected}`],
  ["commands, within a transaction", `${injected}STARTTLS\r\n${injected}`],
] as const) {
  test(`${name} in the packet of STARTTLS ends the session`, async () => {
    const { port, messages } = await start("optional");
    const client = await greeted(port);
    client.send(bytes);
    const replies: (string | null)[] = [];
    for (let reply = await client.reply(); reply !== null; reply = await client.reply())
      replies.push(reply);
    expect(replies.at(-1)).toMatch(/^421 4\.7\.0 Bytes came after STARTTLS/);
    expect(replies.join("\n")).not.toMatch(/^220/m);
    expect(messages).toHaveLength(0);
  });
}

for (const [name, bytes] of [
  ["a command", "NOOP\r\n"],
  ["half a command", "NO"],
  ["a line end", "\r\n"],
] as const) {
  test(`${name} in a packet between STARTTLS and the handshake reaches no session`, async () => {
    const { port, messages, status } = await start("optional");
    const client = await greeted(port);
    expect(await client.say("STARTTLS")).toMatch(/^220/);
    client.send(bytes);
    await expect(client.startTls()).rejects.toThrow();
    await until(() => status()[0]?.connections === 0);
    expect(messages).toHaveLength(0);
  });
}

/** Connects twice by openssl: the session of the first port is offered to the second. */
const resume = async (
  folder: string,
  first: number,
  second: number,
  version: string,
): Promise<string> => {
  const openssl = requirePeer("openssl");
  const file = path.join(folder, "session.pem");
  const connect = async (port: number, ...more: readonly string[]): Promise<string> => {
    const program = run(
      openssl,
      [
        ...["s_client", "-connect", `127.0.0.1:${port}`, "-starttls", "smtp", "-ign_eof"],
        ...[version, "-servername", "mx.example.test", ...more],
      ],
      { timeout: 20_000 },
    );
    program.child.stdin?.end("quit\r\n");
    const { stdout } = await program;
    return stdout;
  };
  await connect(first, "-sess_out", file);
  const said = await connect(second, "-sess_in", file);
  return /^(New|Reused), /m.exec(said)?.[1] ?? said;
};

for (const version of ["-tls1_3", "-tls1_2"]) {
  test(`a session begun at one worker is resumed by another with the same ticket key, and by none with another key (${version})`, async () => {
    const source = createTicketKeySource({ tell: () => {} });
    const keys = createTicketKeys(source.current());
    const one = await start("optional", { ticketKeys: keys });
    const two = await start("optional", { ticketKeys: createTicketKeys(source.current()) });
    const stranger = await start("optional");
    const folder = mkdtempSync(path.join(tmpdir(), "sluice-session-"));
    try {
      expect(await resume(folder, one.port, two.port, version)).toBe("Reused");
      expect(await resume(folder, two.port, one.port, version)).toBe("Reused");
      expect(await resume(folder, one.port, stranger.port, version)).toBe("New");
      keys.replace(createTicketKeySource({ tell: () => {} }).current());
      while ((await resume(folder, two.port, one.port, version)) !== "New"); // in a moment
      expect(await resume(folder, one.port, one.port, version)).toBe("Reused");
    } finally {
      source.close();
      rmSync(folder, { recursive: true });
    }
  });
}
