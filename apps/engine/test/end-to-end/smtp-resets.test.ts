/** A client may vanish at any moment: its session ends, nothing is stored, and everybody else is served. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificate } from "../support/certificate.ts";
import { fakeFlow, type ListenerUnderTest, startListener, until } from "../support/listener.ts";
import { testWithPeer } from "../support/peers.ts";
import { greeted, SmtpClient } from "../support/smtp-client.ts";

let listener: ListenerUnderTest;
let answerContent: (() => void) | null = null;
let isHeld = false;
/** Milliseconds that the listener's clock is ahead. */
let ahead = 0;

beforeAll(async () => {
  listener = await startListener({
    flows: [fakeFlow("logins", "authentication")],
    monotonic: () => performance.now() + ahead,
    runner: {
      content: async (_flow, input) => {
        if (isHeld) {
          await new Promise<void>((resolve) => {
            answerContent = resolve;
          });
        }
        return {
          verdict: {
            answer: { kind: "accept" },
            actions: [
              { kind: "deliver", recipient: input.recipient, delaySeconds: 0, metadata: {} },
            ],
            header: null,
          },
          trace: null,
        };
      },
    },
    settings: (port) => ({
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: { "example.test": { transport: "next" } },
      listeners: {
        inbound: {
          address: "127.0.0.1",
          port,
          authenticationFlow: "logins",
          authenticationNeedsTls: false,
          maximumConnectionsPerClient: 10_000,
        },
      },
    }),
  });
});

afterAll(() => listener.close());

const states: Readonly<Record<string, readonly string[]>> = {
  "after the greeting": [],
  "after EHLO": ["EHLO c.example"],
  "in the middle of a command": ["EHLO c.example", "MAIL FR\\"],
  "after MAIL": ["EHLO c.example", "MAIL FROM:<a@b.example>"],
  "after RCPT": ["EHLO c.example", "MAIL FROM:<a@b.example>", "RCPT TO:<b@example.test>"],
  "after DATA": ["EHLO c.example", "MAIL FROM:<a@b.example>", "RCPT TO:<b@example.test>", "DATA"],
  "in the content": [
    "EHLO c.example",
    "MAIL FROM:<a@b.example>",
    "RCPT TO:<b@example.test>",
    "DATA",
    "Subject: x\\",
  ],
  "between the dot and its line end": [
    "EHLO c.example",
    "MAIL FROM:<a@b.example>",
    "RCPT TO:<b@example.test>",
    "DATA",
    "x\r\n.\r\\",
  ],
  "in a sign-in": ["EHLO c.example", "AUTH LOGIN"],
};

for (const [state, lines] of Object.entries(states)) {
  test(`a thousand clients vanish ${state}`, async () => {
    const before = listener.messages.length;
    const vanish = async (): Promise<void> => {
      const client = new SmtpClient(listener.port);
      await client.reply();
      for (const line of lines) {
        if (line.endsWith("\\")) client.send(line.slice(0, -1));
        else await client.say(line);
      }
      client.reset();
    };
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 100 }, vanish));
    }
    await until(() => listener.status()[0]?.connections === 0);
    expect(listener.messages.length).toBe(before);
    const client = await greeted(listener.port);
    const replies = await client.sayAll(
      "MAIL FROM:<a@b.example>",
      "RCPT TO:<b@example.test>",
      "DATA",
      "x\r\n.",
    );
    expect(replies.at(-1)).toMatch(/^250/);
    client.end();
  });
}

test("a client that is gone when the verdict falls has its message not taken, and history tells once", async () => {
  isHeld = true;
  const before = listener.messages.length;
  const client = await greeted(listener.port);
  await client.sayAll("MAIL FROM:<gone@b.example>", "RCPT TO:<b@example.test>", "DATA");
  client.send("x\r\n.\r\n");
  await until(() => answerContent !== null);
  client.reset();
  await until(() => listener.status()[0]?.connections === 0);
  answerContent?.();
  isHeld = false;
  const mine = () => listener.records.filter(({ sender }) => sender === "gone@b.example");
  await until(() => mine().length > 0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(mine()).toHaveLength(1);
  expect(mine()[0]).toMatchObject({ outcome: "deferred", stage: "data" });
  expect(listener.messages.length).toBe(before);
});

test("a client that closes its side has the reply to all that it said, and its message once", async () => {
  for (const waits of [true, false]) {
    const before = listener.messages.length;
    const client = new SmtpClient(listener.port, { allowHalfOpen: true });
    await client.reply();
    client.send(
      "EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@example.test>\r\nDATA\r\n",
    );
    for (let index = 0; index < 4; index++) await client.reply();
    client.send(`Subject: x\r\n\r\nhalf\r\n.\r\n${waits ? "" : "NOOP\r\nQUIT\r\n"}`);
    client.socket.end();
    expect(await client.reply()).toMatch(/^250 2\.0\.0 .* accepted$/);
    if (!waits) {
      expect(await client.reply()).toMatch(/^250 2\.0\.0 OK$/);
      expect(await client.reply()).toMatch(/^221/);
    }
    expect(await client.closed()).toBe("");
    expect(listener.messages.length).toBe(before + 1);
    client.end();
  }
});

test("one that closes its side before the final dot, or waits no longer for the verdict, has left no message", async () => {
  const before = listener.messages.length;
  const open = async (content: string): Promise<SmtpClient> => {
    const client = await greeted(listener.port);
    await client.sayAll("MAIL FROM:<tired@b.example>", "RCPT TO:<b@example.test>", "DATA");
    client.send(content);
    return client;
  };
  const early = await open("x\r\n.\r");
  early.socket.end();
  await early.closed();
  isHeld = true;
  answerContent = null;
  const late = await open("x\r\n.\r\n");
  await until(() => answerContent !== null);
  ahead += 60_000;
  late.socket.end();
  await until(() => listener.status()[0]?.connections === 0);
  isHeld = false;
  (answerContent as (() => void) | null)?.();
  const mine = () => listener.records.filter(({ sender }) => sender === "tired@b.example");
  await until(() => mine().length === 2);
  expect(mine().map(({ outcome }) => outcome)).toEqual(["failed", "deferred"]);
  expect(listener.messages.length).toBe(before);
});

test("one that breaks off in the content leaves one record, and so does one that only greets and goes", async () => {
  const client = await greeted(listener.port);
  await client.sayAll("MAIL FROM:<broken@b.example>", "RCPT TO:<b@example.test>", "DATA");
  client.send("Subject: half");
  client.reset();
  const mine = () => listener.records.filter(({ sender }) => sender === "broken@b.example");
  await until(() => mine().length > 0);
  expect(mine()).toHaveLength(1);
  expect(mine()[0]).toMatchObject({
    outcome: "failed",
    stage: "data",
    recipients: ["b@example.test"],
  });
  expect(mine()[0]?.events.at(-1)?.kind).toBe("disconnected");

  const count = listener.records.length;
  const rude = await greeted(listener.port);
  rude.reset();
  await until(() => listener.records.length > count);
  expect(listener.records.at(-1)).toMatchObject({
    outcome: "failed",
    sender: null,
    helo: "client.example",
  });
});

test("a health check (greeting, QUIT) leaves no record", async () => {
  const count = listener.records.length;
  const looks = new SmtpClient(listener.port);
  await looks.reply();
  looks.end();
  const polite = await greeted(listener.port);
  expect(await polite.say("QUIT")).toMatch(/^221/);
  await polite.closed();
  await until(() => listener.status()[0]?.connections === 0);
  expect(listener.records.length).toBe(count);
});

testWithPeer("openssl")("clients vanish in the TLS handshake", async () => {
  const { certificate, privateKey } = makeCertificate(["mx.example.test"]);
  for (const mode of ["optional", "implicit"] as const) {
    const secure = await startListener({
      secrets: { "certificate/main/privateKey": privateKey },
      settings: (port) => ({
        certificates: { main: { certificate, privateKey: { secret: "stored" } } },
        listeners: {
          inbound: { address: "127.0.0.1", port, tls: { mode, certificates: ["main"] } },
        },
      }),
    });
    for (let index = 0; index < 1000; index++) {
      const client = mode === "optional" ? await greeted(secure.port) : new SmtpClient(secure.port);
      if (mode === "optional") await client.say("STARTTLS");
      client.send("\x16\x03\x01\x02\x00\x01"); // the beginning of a handshake
      client.socket.once("connect", () => client.reset());
      if (!client.socket.connecting) client.reset();
    }
    await until(() => secure.status()[0]?.connections === 0);
    await secure.close();
  }
});
