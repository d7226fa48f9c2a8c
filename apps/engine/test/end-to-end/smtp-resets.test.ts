/** A client may vanish at any moment: its session ends, nothing is stored, and everybody else is served. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificate } from "../support/certificate.ts";
import { fakeFlow, type ListenerUnderTest, startListener, until } from "../support/listener.ts";
import { testWithPeer } from "../support/peers.ts";
import { greeted, SmtpClient } from "../support/smtp-client.ts";

let listener: ListenerUnderTest;
let answerContent: (() => void) | null = null;
let isHeld = false;

beforeAll(async () => {
  listener = await startListener({
    flows: [fakeFlow("logins", "authentication")],
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
