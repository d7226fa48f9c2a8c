/** Every limit of a session at n-1, n and n+1; slow, silent and greedy clients. */
import { rmSync, writeFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { createSignInGuard } from "../../src/session/sign-in-guard.ts";
import { fakeFlow, type ListenerUnderTest, startListener, until } from "../support/listener.ts";
import { greeted, SmtpClient } from "../support/smtp-client.ts";

let listener: ListenerUnderTest | null = null;
let now = 0;

afterEach(async () => {
  await listener?.close();
  listener = null;
});

const start = async (
  settings: object = {},
  more: Partial<Parameters<typeof startListener>[0]> = {},
): Promise<ListenerUnderTest> => {
  now = 0;
  listener = await startListener({
    settings: (port) => ({
      listeners: { inbound: { address: "127.0.0.1", port, ...settings } },
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: { "example.test": { transport: "next" } },
    }),
    monotonic: () => now,
    ...more,
  });
  return listener;
};

const inContent = async (port: number): Promise<SmtpClient> => {
  const client = await greeted(port);
  const replies = await client.sayAll(
    "MAIL FROM:<a@client.example>",
    "RCPT TO:<b@example.test>",
    "DATA",
  );
  expect(replies.map((reply) => reply?.slice(0, 3))).toEqual(["250", "250", "354"]);
  return client;
};

test.each([
  [1999, "250"],
  [2000, "250"],
  [2001, "552"],
])("a limit of 2000 bytes answers %i bytes with %s", async (size, code) => {
  const { port, messages } = await start({ maximumMessageBytes: 2000 });
  const client = await inContent(port);
  expect(await client.say(`${"x".repeat(size - 2)}\r\n.`)).toMatch(new RegExp(`^${code} `));
  expect(messages).toHaveLength(code === "250" ? 1 : 0);
  if (code === "552") expect(await client.say("NOOP")).toMatch(/^250/); // the session goes on
});

test.each([
  [1999, "250"],
  [2000, "250"],
  [2001, "552"],
])("SIZE=%i is answered %s under the same limit", async (size, code) => {
  const { port } = await start({ maximumMessageBytes: 2000 });
  const client = await greeted(port);
  expect(await client.say(`MAIL FROM:<a@b.example> SIZE=${size}`)).toMatch(new RegExp(`^${code} `));
});

test.each([
  [4095, "250"],
  [4096, "250"],
  [4097, "500"],
])("a command of %i bytes is answered %s", async (size, code) => {
  const { port } = await start();
  const client = await greeted(port);
  expect(await client.say(`NOOP ${"x".repeat(size - 7)}`)).toMatch(new RegExp(`^${code} `));
  expect(await client.say("NOOP")).toMatch(/^250/);
});

test.each([
  [12_287, "501"], // read whole, and found to be no base64
  [12_288, "501"],
  [12_289, "421"],
])("a line of a sign-in of %i bytes is answered %s", async (size, code) => {
  const { port } = await start(
    { authenticationFlow: "logins", authenticationNeedsTls: false },
    { flows: [fakeFlow("logins", "authentication")] },
  );
  const client = await greeted(port);
  await client.say("AUTH LOGIN Ym9i");
  expect(await client.say("?".repeat(size - 2))).toMatch(new RegExp(`^${code} `));
});

test.each([
  [12_288, "501"],
  [12_289, "421"],
])(
  "a sign-in with its token in the command, of %i bytes in all, is answered %s",
  async (size, code) => {
    const { port } = await start(
      { authenticationFlow: "logins", authenticationNeedsTls: false },
      { flows: [fakeFlow("logins", "authentication")] },
    );
    const client = await greeted(port);
    expect(await client.say(`AUTH PLAIN ${"?".repeat(size - 13)}`)).toMatch(
      new RegExp(`^${code} `),
    );
  },
);

test.each([
  [2, "250"],
  [3, "250"],
  [4, "452"],
])("with 3 recipients allowed number %i is answered %s", async (count, code) => {
  const { port } = await start({ maximumRecipients: 3 });
  const client = await greeted(port);
  await client.say("MAIL FROM:<a@b.example>");
  let last: string | null = null;
  for (let index = 0; index < count; index++)
    last = await client.say(`RCPT TO:<u${index}@example.test>`);
  expect(last).toMatch(new RegExp(`^${code} `));
});

test.each([
  [102_399, "250"],
  [102_400, "250"],
  [102_401, "552"],
])("a header section of %i bytes is answered %s", async (size, code) => {
  const { port } = await start();
  const client = await inContent(port);
  const line = "X-Fill: 01234567890123456789\r\n";
  let header = line.repeat(Math.floor((size - 40) / line.length));
  header += `X: ${"y".repeat(size - header.length - 7)}\r\n\r\n`;
  expect(header).toHaveLength(size);
  expect(await client.say(`${header}body\r\n.`)).toMatch(new RegExp(`^${code} `));
});

test.each([
  [5000, "250"],
  [5001, "552"],
])("a header section of %i lines is answered %s", async (lines, code) => {
  const { port } = await start();
  const client = await inContent(port);
  const header = `${"X: y\r\n".repeat(lines - 1)}\r\n`;
  expect(await client.say(`${header}body\r\n.`)).toMatch(new RegExp(`^${code} `));
});

test.each([
  [997, "250"],
  [998, "250"],
  [999, "550"],
])("where long lines are refused, one of %i bytes is answered %s", async (size, code) => {
  const { port } = await start({ longLines: "reject" });
  const client = await inContent(port);
  client.send(`${"y".repeat(500)}\r\n.${"x".repeat(size - 1)}`); // in two packets, and with a stuffed dot
  (await greeted(port)).end();
  expect(await client.say(`x\r\n${"z".repeat(998)}\r\n.`)).toMatch(new RegExp(`^${code} `));
});

test("elsewhere they are taken as they are", async () => {
  const { port, messages } = await start();
  const client = await inContent(port);
  expect(await client.say(`${"x".repeat(5000)}\r\n.`)).toMatch(/^250/);
  expect(messages[0]?.bodies[0]).toContain("x".repeat(5000));
});

test("a message beyond a megabyte goes to disk and comes back byte for byte", async () => {
  const { port, messages } = await start();
  const client = await inContent(port);
  const line = `${"0123456789".repeat(7)}\r\n`;
  const body = `Subject: big\r\n\r\n${line.repeat(40_000)}`;
  expect(await client.say(`${body}.`)).toMatch(/^250 /);
  const stored = messages[0]?.bodies[0] ?? "";
  expect(stored.slice(stored.indexOf("Subject: big")) === body).toBe(true);
});

test("the twentieth error closes the session, the nineteenth does not", async () => {
  const { port } = await start();
  const client = await greeted(port);
  for (let index = 0; index < 19; index++) expect(await client.say("XYZZY")).toMatch(/^500/);
  expect(await client.say("NOOP")).toMatch(/^250/);
  expect(await client.say("XYZZY")).toMatch(/^500/);
  expect(await client.reply()).toMatch(/^421 4\.7\.0 Too many errors/);
  expect(await client.closed()).toBe("");
});

test("a hundred commands without mail are taken, one more closes; a message starts the count anew", async () => {
  const { port } = await start();
  const client = await greeted(port);
  const round = async (count: number): Promise<void> => {
    client.send("NOOP\r\n".repeat(count));
    for (let index = 0; index < count; index++) expect(await client.reply()).toMatch(/^250/);
  };
  await round(100);
  await client.sayAll("MAIL FROM:<a@b.example>", "RCPT TO:<b@example.test>", "DATA", ".");
  await round(100);
  expect(await client.say("RSET")).toMatch(/^421/);
  expect(await client.closed()).toBe("");
});

test("the fifth wrong password closes the connection", async () => {
  const { port, records } = await start(
    { authenticationFlow: "logins", authenticationNeedsTls: false },
    { flows: [fakeFlow("logins", "authentication")] },
  );
  const client = await greeted(port);
  const plain = `AUTH PLAIN ${Buffer.from("\0anna\0secretpw").toString("base64")}`;
  for (let index = 0; index < 4; index++) expect(await client.say(plain)).toMatch(/^535 5\.7\.8/);
  expect(await client.say(plain)).toMatch(/^535/);
  expect(await client.reply()).toMatch(/^421/);
  await client.closed();
  await until(() => records.length === 1);
  expect(records[0]).toMatchObject({ outcome: "failed", stage: "auth" });
  expect(JSON.stringify(records)).not.toContain("secretpw");
});

test("an account is locked for the network that guesses, and only for that", async () => {
  let time = 1;
  const guard = createSignInGuard({ now: () => time });
  const begin = (address: string) => guard.begin(address, "anna");
  const delays: number[] = [];
  for (let index = 0; index < 10; index++) {
    const attempt = await begin(`192.0.2.${index}`);
    if (attempt === "locked") throw new Error("locked too early");
    delays.push(attempt.delay);
  }
  expect(delays.slice(0, 4)).toEqual([0, 200, 400, 800]);
  expect(Math.max(...delays)).toBe(5000);
  expect(await begin("192.0.2.77")).toBe("locked");
  const elsewhere = await begin("198.51.100.1"); // slower, since so many fail, but not shut out
  expect(elsewhere).not.toBe("locked");
  time += 16 * 60 * 1000;
  expect(await begin("192.0.2.77")).not.toBe("locked");
});

test("a right password forgives the tries before it; one that nobody could check counts for nothing", async () => {
  const guard = createSignInGuard();
  for (let index = 0; index < 9; index++) await guard.begin("192.0.2.1", "anna");
  const last = await guard.begin("192.0.2.1", "anna");
  if (last !== "locked") last.succeeded();
  expect(await guard.begin("192.0.2.1", "anna")).toMatchObject({ delay: 200 }); // of the account, not of the client
  const other = createSignInGuard();
  for (let index = 0; index < 30; index++) {
    const attempt = await other.begin("192.0.2.1", "anna");
    if (attempt === "locked") throw new Error("locked by a directory that was down");
    attempt.undecided();
  }
});

test.each([
  [{ maximumConnections: 2 }, "421 4.7.0 Too many connections"],
  [{ maximumConnectionsPerClient: 2 }, "421 4.7.0 Too many connections"],
  [{ connectionsPerMinute: 2 }, "421 4.7.0 You connect too often"],
])("with %j the third connection is turned away", async (settings, reply) => {
  const { port, log } = await start(settings);
  const first = await greeted(port);
  const second = await greeted(port);
  const third = new SmtpClient(port);
  expect(await third.reply()).toContain(reply);
  expect(await third.closed()).toBe("");
  expect(log.join()).toContain("turned away");
  first.end();
  second.end();
  if ("connectionsPerMinute" in settings) return;
  let answer: string | null = null;
  await until(() => (listener?.status()[0]?.connections ?? 9) < 2);
  answer = await new SmtpClient(port).reply();
  expect(answer).toMatch(/^220/);
});

test("a command that is not whole after its time ends the session, however many bytes came", async () => {
  const { port, records } = await start({ commandSeconds: 300 });
  const client = await greeted(port);
  for (let second = 0; second <= 290; second += 10) {
    now = second * 1000;
    client.send("x");
  }
  now = 299_000;
  expect(client.socket.destroyed).toBe(false);
  now = 301_000;
  expect(await client.reply()).toMatch(/^421 4\.4\.2/);
  expect(await client.closed()).toBe("");
  await until(() => records.length === 1);
  expect(records[0]?.reply).toContain("421 4.4.2");
});

test("content below 500 bytes a second ends the session after a minute; faster content goes on", async () => {
  const { port } = await start();
  const slow = await inContent(port);
  const fast = await inContent(port);
  slow.send("x".repeat(100));
  fast.send(`${"x".repeat(998)}\r\n`.repeat(40));
  (await greeted(port)).end(); // the server has had its turns, and so has read what was sent
  now = 59_000;
  expect(slow.socket.destroyed).toBe(false);
  now = 61_000;
  expect(await slow.reply()).toMatch(/^421 4\.4\.2/);
  expect(await fast.say(".")).toMatch(/^250/);
});

test("a client that asks and never reads is given up", async () => {
  const { port } = await start({ commandSeconds: 10 });
  const client = await greeted(port);
  client.socket.pause();
  const help = "EHLO client.example\r\n".repeat(2000);
  let isFull = false;
  for (let index = 0; index < 500 && !isFull; index++) {
    isFull = !client.socket.write(help);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => {
    now += 1000;
    return client.socket.destroyed || (listener?.status()[0]?.connections ?? 1) === 0;
  });
});

test("five hundred idle connections are kept, and another client is served at once", async () => {
  const { port } = await start({ maximumConnectionsPerClient: 1000 });
  const idle = await Promise.all(Array.from({ length: 500 }, () => greeted(port)));
  for (const client of idle) client.send("N");
  const client = await inContent(port);
  expect(await client.say("hello\r\n.")).toMatch(/^250/);
  for (const one of idle) one.end();
});

test("mail is refused with 452 while the storage is full, and taken when there is room again", async () => {
  const { port, storage } = await start();
  const client = await greeted(port);
  storage.state = "full";
  expect(await client.say("MAIL FROM:<a@b.example>")).toMatch(/^452 4\.3\.1/);
  storage.state = "ready";
  expect(await client.say("MAIL FROM:<a@b.example>")).toMatch(/^250/);
});

test("content that the disk does not take is answered 452, never 250 and never 5yz, and leaves nothing", async () => {
  const { port, folder, messages, records } = await start();
  rmSync(folder, { recursive: true });
  writeFileSync(folder, ""); // a file where the folder was: nothing can be written below it
  const long = `${"x".repeat(900)}\r\n`.repeat(2500);
  const client = await greeted(port);
  for (let round = 0; round < 2; round++) {
    await client.sayAll("MAIL FROM:<a@b.example>", "RCPT TO:<user@example.test>", "DATA");
    expect(await client.say(`Subject: x\r\n\r\n${long}.`)).toMatch(/^452 4\.3\.1/);
  }
  await client.sayAll("MAIL FROM:<a@b.example>", "RCPT TO:<user@example.test>", "DATA");
  expect(await client.say("Subject: short\r\n\r\nx\r\n.")).toMatch(/^250/); // what fits in memory goes on
  client.end();
  await until(() => records.length === 3);
  expect(records.map(({ outcome }) => outcome)).toEqual(["deferred", "deferred", "queued"]);
  expect(messages).toHaveLength(1);
});

test("who talks before a delayed greeting is refused; who waits is greeted", async () => {
  const { port } = await start({ greetingDelaySeconds: 1 });
  const early = new SmtpClient(port);
  early.send("EHLO client.example\r\n");
  expect(await early.reply()).toMatch(/^421 4\.7\.0 You talk before/);
  const patient = new SmtpClient(port);
  expect(await patient.reply()).toMatch(/^220/);
});
