/** One message in, at most one out, whatever its bytes and however they are cut (security of the final dot). */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ListenerUnderTest, startListener, until } from "../support/listener.ts";
import { greeted } from "../support/smtp-client.ts";

let rejecting: ListenerUnderTest;
let repairing: ListenerUnderTest;

const start = (bareLineEnds: "reject" | "normalize"): Promise<ListenerUnderTest> =>
  startListener({
    settings: (port) => ({
      listeners: {
        inbound: {
          address: "127.0.0.1",
          port,
          bareLineEnds,
          maximumErrors: 1_000_000,
          maximumConnectionsPerClient: 1000,
        },
      },
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: { "example.test": { transport: "next" } },
    }),
  });

beforeAll(async () => {
  rejecting = await start("reject");
  repairing = await start("normalize");
});

afterAll(async () => {
  await rejecting.close();
  await repairing.close();
});

const alphabet = ["\r", "\n", "\0", "."];
const sequences = (length: number): string[] =>
  length === 0 ? [""] : sequences(length - 1).flatMap((rest) => alphabet.map((one) => rest + one));

const smuggled = [
  "MAIL FROM:<smuggler@client.example>",
  "RCPT TO:<victim@example.test>",
  "DATA",
  "Subject: smuggled",
  "",
  "smuggled",
].join("\r\n");

test.each([
  ["reject", () => rejecting],
  ["normalize", () => repairing],
])("no sequence of CR, LF, NUL and dot makes two messages of one (%s)", async (_, which) => {
  const { port, messages } = which();
  const client = await greeted(port);
  for (let length = 1; length <= 6; length++) {
    for (const sequence of sequences(length)) {
      if (sequence.includes("\r\n.\r\n")) continue; // the one true end
      const before = messages.length;
      const begun = await client.sayAll(
        "MAIL FROM:<a@client.example>",
        "RCPT TO:<b@example.test>",
        "DATA",
      );
      // a reply too many or too few of the message before would show here
      expect(begun.map((one) => one?.slice(0, 3))).toEqual(["250", "250", "354"]);
      const reply = await client.say(`Subject: x\r\n\r\nbody${sequence}${smuggled}\r\n.`);
      expect([sequence, reply?.slice(0, 3)]).toEqual([
        sequence,
        messages.length > before ? "250" : "550",
      ]);
      expect(messages.length - before).toBeLessThanOrEqual(1);
      if (messages.length === before) continue;
      const stored = messages.at(-1)?.bodies[0] ?? "";
      expect(stored.replaceAll("\r\n", ""), JSON.stringify(sequence)).not.toMatch(/[\r\n\0]/);
    }
  }
  client.end();
});

const piece = fc.constantFrom("\r", "\n", ".", "\r\n", "\r\n..", "a", "\0", "line\r\n", "QUIT\r\n");

test("cut anywhere, a dialogue has the same replies and leaves the same message", async () => {
  const { port, messages } = rejecting;
  const run = async (chunks: readonly string[]): Promise<unknown> => {
    const client = await greeted(port);
    await client.sayAll("MAIL FROM:<a@client.example>", "RCPT TO:<b@example.test>", "DATA");
    const before = messages.length;
    for (const chunk of chunks) {
      client.send(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const reply = await client.reply();
    const rest = await client.say("QUIT");
    await client.closed();
    const stored = messages
      .slice(before)
      .map(({ bodies }) => bodies[0]?.replace(/^Received:.*\r\n(?:\t.*\r\n)*/, ""));
    return { reply: reply?.replace(/[0-9a-f-]{36}/, "ID"), rest, stored };
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 20 }),
      fc.array(fc.nat(60), { maxLength: 8 }),
      async (pieces, cuts) => {
        const body = `${pieces.join("").replaceAll("\r\n.\r\n", "\r\n..\r\n")}`;
        fc.pre(!/\r\n\.\r\n/.test(`\r\n${body}`));
        const whole = `${body}\r\n.\r\n`;
        fc.pre(whole.indexOf("\r\n.\r\n") === whole.length - 5);
        const chunks: string[] = [];
        let at = 0;
        for (const cut of [...cuts].sort((a, b) => a - b)) {
          if (cut > at && cut < whole.length) {
            chunks.push(whole.slice(at, cut));
            at = cut;
          }
        }
        chunks.push(whole.slice(at));
        expect(await run(chunks)).toEqual(await run([whole]));
      },
    ),
    { numRuns: 60 },
  );
});

test("content behind DATA in the same packet is never read as commands, whether DATA is taken or refused", async () => {
  for (const recipient of ["b@example.test", "b@elsewhere.example"]) {
    const client = await greeted(rejecting.port);
    const before = rejecting.messages.length;
    client.send(
      `MAIL FROM:<a@client.example>\r\nRCPT TO:<${recipient}>\r\nDATA\r\n${smuggled}\r\n.\r\nRSET\r\n${smuggled}\r\n.\r\n`,
    );
    const text: string[] = [];
    for (;;) {
      const reply = await client.reply();
      if (reply === null) break;
      text.push(reply);
    }
    expect(text.at(-1)).toMatch(/^421 4\.5\.0/);
    expect(text).toHaveLength(4);
    expect(rejecting.messages.length).toBe(before);
  }
  await until(() => rejecting.status()[0]?.connections === 0);
});

test("replies to pipelined commands come in one packet", async () => {
  const client = await greeted(rejecting.port);
  const packets: string[] = [];
  client.socket.on("data", (chunk: Buffer) => packets.push(chunk.toString("latin1")));
  client.send(
    "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@example.test>\r\nRCPT TO:<c@example.test>\r\nDATA\r\n",
  );
  for (let index = 0; index < 4; index++) await client.reply();
  expect(packets).toHaveLength(1);
  client.end();
});
