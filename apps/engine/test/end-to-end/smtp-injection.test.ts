/** What a client says about itself never becomes a line of its own: not in the dialogue, the message or history. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { fakeFlow, type ListenerUnderTest, startListener } from "../support/listener.ts";
import { SmtpClient } from "../support/smtp-client.ts";

let listener: ListenerUnderTest;

beforeAll(async () => {
  listener = await startListener({
    flows: [fakeFlow("logins", "authentication")],
    runner: {
      authentication: (_flow, { userName }) => ({
        verdict: { kind: "accept", userName },
        trace: null,
      }),
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
          xclientPeers: ["127.0.0.1"],
          maximumConnectionsPerClient: 1000,
        },
      },
    }),
  });
});

afterAll(() => listener.close());

const evil: Readonly<Record<string, string>> = {
  "a CR": "\r",
  "a LF": "\n",
  "CR LF": "\r\n",
  NUL: "\0",
  ESC: "\x1b",
  DEL: "\x7f",
  "U+0085": "\xc2\x85",
  "U+2028": "\xe2\x80\xa8",
  "U+202E": "\xe2\x80\xae",
  "broken UTF-8": "\xff\xfe",
  "ten kilobytes": "x".repeat(10_240),
};
const xtext = (text: string): string =>
  text.replace(
    /[^!-*,-<>-~]/g,
    (char) => `+${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
const base64 = (text: string): string => Buffer.from(text, "latin1").toString("base64");

const fields: Readonly<Record<string, (value: string) => readonly string[]>> = {
  HELO: (value) => [`HELO a${value}b`],
  EHLO: (value) => [`EHLO a${value}b`],
  sender: (value) => ["EHLO c.example", `MAIL FROM:<a${value}b@client.example> SMTPUTF8`],
  "sender's domain": (value) => ["EHLO c.example", `MAIL FROM:<a@b${value}.example> SMTPUTF8`],
  recipient: (value) => [
    "EHLO c.example",
    "MAIL FROM:<a@b.example> SMTPUTF8",
    `RCPT TO:<a${value}b@example.test>`,
  ],
  ENVID: (value) => ["EHLO c.example", `MAIL FROM:<a@b.example> ENVID=a${xtext(value)}b`],
  ORCPT: (value) => [
    "EHLO c.example",
    "MAIL FROM:<a@b.example>",
    `RCPT TO:<b@example.test> ORCPT=rfc822;a${xtext(value)}b`,
  ],
  "AUTH PLAIN": (value) => ["EHLO c.example", `AUTH PLAIN ${base64(`\0a${value}b\0right`)}`],
  "AUTH LOGIN": (value) => ["EHLO c.example", `AUTH LOGIN ${base64(`a${value}b`)}`],
  "XCLIENT ADDR": (value) => ["EHLO c.example", `XCLIENT ADDR=192.0.2.1${xtext(value)}`],
  "XCLIENT HELO": (value) => ["EHLO c.example", `XCLIENT HELO=a${xtext(value)}b`],
  "XCLIENT LOGIN": (value) => ["EHLO c.example", `XCLIENT LOGIN=a${xtext(value)}b`],
};

for (const [field, lines] of Object.entries(fields)) {
  test.each(Object.entries(evil))(
    `${field} with %s is refused, and nothing else is heard`,
    async (_, value) => {
      const client = new SmtpClient(listener.port);
      await client.reply();
      const spoken = lines(value);
      for (const line of spoken.slice(0, -1)) expect(await client.say(line)).toMatch(/^250/);
      client.send(`${spoken.at(-1) ?? ""}\r\n`);
      client.send("QUIT\r\n");
      const replies: string[] = [];
      for (;;) {
        const reply = await client.reply();
        if (reply === null) break;
        replies.push(reply);
      }
      if (value === "\r\n") {
        // two lines are two commands: the second of them is none
        expect(replies.some((reply) => reply.startsWith("5"))).toBe(true);
      } else expect(replies[0]).toMatch(/^(?:5\d\d|421) /);
      for (const reply of replies) expect(reply.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    },
  );
}

test("a greeting of odd but harmless characters stands in the Received field as one word", async () => {
  const client = new SmtpClient(listener.port);
  await client.reply();
  await client.sayAll(
    'EHLO [x](comment)";by=evil',
    "MAIL FROM:<a@client.example>",
    "RCPT TO:<b@example.test>",
    "DATA",
  );
  expect(await client.say("x\r\n.")).toMatch(/^250/);
  const received = /^Received: from (\S+) /.exec(listener.messages.at(-1)?.bodies[0] ?? "");
  expect(received?.[1]).toMatch(/^[A-Za-z0-9.\-_[\]:?]+$/);
  client.end();
});

test("a text of a flow cannot end its line", async () => {
  const mean = await startListener({
    runner: {
      recipient: () => ({
        verdict: { kind: "reject", text: "no\r\n250 yes\x1b[2J\u2028x\nsecond line" },
        trace: null,
      }),
    },
    settings: (port) => ({
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: { "example.test": { transport: "next" } },
      listeners: { inbound: { address: "127.0.0.1", port } },
    }),
  });
  const client = new SmtpClient(mean.port);
  await client.reply();
  await client.sayAll("EHLO c.example", "MAIL FROM:<a@b.example>");
  expect(await client.say("RCPT TO:<b@example.test>")).toMatch(
    /^550-5\.7\.1 no \n550-5\.7\.1 250 yes \[2J x\n550 5\.7\.1 second line \([0-9a-f-]{36}\)$/,
  );
  expect(await client.say("NOOP")).toBe("250 2.0.0 OK");
  await mean.close();
});
