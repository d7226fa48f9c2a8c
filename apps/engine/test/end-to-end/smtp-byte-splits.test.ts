/**
 * What a client sends after 354, byte by byte: a reader written down from RFC 5321
 * alone, one character at a time, says which messages are in it; the listener must
 * keep those, with those bytes, and say 250 for each of them and for nothing else,
 * however the bytes are cut into packets or TLS records.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificate } from "../support/certificate.ts";
import { type ListenerUnderTest, startListener } from "../support/listener.ts";
import { requirePeer } from "../support/peers.ts";
import { greeted } from "../support/smtp-client.ts";

let rejecting: ListenerUnderTest;
let repairing: ListenerUnderTest;

const start = (bareLineEnds: "reject" | "normalize"): Promise<ListenerUnderTest> => {
  const { certificate, privateKey } = makeCertificate(["mx.example.test"]);
  return startListener({
    settings: (port) => ({
      certificates: { main: { certificate, privateKey: { secret: "stored" } } },
      listeners: {
        inbound: {
          address: "127.0.0.1",
          port,
          bareLineEnds,
          tls: { mode: "optional", certificates: ["main"] },
          maximumErrors: 1_000_000,
          maximumConnectionsPerClient: 10_000,
        },
      },
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: { "example.test": { transport: "next" } },
    }),
    secrets: { "certificate/main/privateKey": privateKey },
  });
};

beforeAll(async () => {
  requirePeer("openssl");
  rejecting = await start("reject");
  repairing = await start("normalize");
});
afterAll(() => Promise.all([rejecting.close(), repairing.close()]));

type Read = { readonly content: string; readonly isClean: boolean };

/** The messages in `bytes`, which begin behind a 354. */
const readStrictly = (bytes: string): Read[] => {
  const messages: Read[] = [];
  let inContent = true;
  let line = "";
  let content = "";
  let isClean = true;
  let hasSender = true;
  let hasRecipient = true;
  for (let at = 0; at < bytes.length; at++) {
    line += bytes.charAt(at);
    if (inContent) {
      if (!line.endsWith("\r\n")) continue;
      if (line === ".\r\n") {
        messages.push({ content, isClean });
        inContent = false;
        hasSender = false;
        hasRecipient = false;
      } else {
        const text = line.startsWith(".") ? line.slice(1) : line;
        if (/\0|\r(?!\n)|(?<!\r)\n/.test(text)) isClean = false;
        content += text;
      }
      line = "";
      continue;
    }
    if (!line.endsWith("\n")) continue;
    const command = line;
    line = "";
    if (!command.endsWith("\r\n") || /[\r\0]/.test(command.slice(0, -2))) continue;
    switch (command.slice(0, -2)) {
      case "MAIL FROM:<a@client.example>":
        hasSender = true;
        break;
      case "RCPT TO:<b@example.test>":
        hasRecipient = hasSender;
        break;
      case "RSET":
        hasSender = false;
        hasRecipient = false;
        break;
      case "QUIT":
        return messages;
      case "DATA":
        if (!hasRecipient) break;
        inContent = true;
        content = "";
        isClean = true;
        break;
      default:
    }
  }
  return messages;
};

const repaired = (content: string): string => content.replace(/\r\n|\r|\n/g, "\r\n");

/** Content that begins with no header field is parted from the gateway's own by an empty line. */
const asBody = (content: string): string =>
  content === "" || /^(?:[!-9;-~]+[ \t]*:|\r\n)/.test(content) ? content : `\r\n${content}`;

/** Without the field that the gateway puts on top. */
const storedOf = ({ bodies }: { readonly bodies: readonly string[] }): string =>
  (bodies[0] ?? "").replace(/^Received:.*\r\n(?:\t.*\r\n)*/, "");

const cutAt = (bytes: string, places: readonly number[]): string[] => {
  const all = [
    0,
    ...[...new Set(places)].filter((at) => at > 0 && at < bytes.length).toSorted((a, b) => a - b),
    bytes.length,
  ];
  return all.slice(1).map((end, index) => bytes.slice(all[index], end));
};
const everyByte = (bytes: string): string[] => [...bytes];

type Options = { readonly isSecure?: boolean };

/** Begins a transaction, sends the pieces after 354 one packet each, and holds what came of it against the reader. */
const check = async (
  listener: ListenerUnderTest,
  pieces: readonly string[],
  { isSecure = false }: Options = {},
): Promise<void> => {
  const client = await greeted(listener.port);
  client.socket.setNoDelay(true);
  if (isSecure) {
    expect(await client.say("STARTTLS")).toMatch(/^220/);
    await client.startTls();
    await client.say("EHLO client.example");
  }
  const begun = await client.sayAll(
    "MAIL FROM:<a@client.example>",
    "RCPT TO:<b@example.test>",
    "DATA",
  );
  expect(begun.map((reply) => reply?.slice(0, 3))).toEqual(["250", "250", "354"]);
  const before = listener.messages.length;
  for (const piece of pieces) {
    client.send(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  client.socket.end();
  const said = await client.closed();
  const kept = listener.messages.slice(before).map(storedOf);
  const receipts = said.match(/^250 2\.0\.0 [0-9a-f-]{36} accepted\r$/gm) ?? [];
  expect(receipts).toHaveLength(kept.length);

  const isRepairing = listener === repairing;
  const wanted = readStrictly(pieces.join(""))
    .filter(({ content, isClean }) => isClean || (isRepairing && !content.includes("\0")))
    .map(({ content }) => asBody(isRepairing ? repaired(content) : content));
  // content that did not wait for its 354 ends the session: what came before it counts
  const isCutOff = said.includes("421 4.5.0 Content came before 354");
  expect(kept).toEqual(isCutOff ? wanted.slice(0, kept.length) : wanted);
};

const second =
  "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@example.test>\r\nDATA\r\nSubject: 2\r\n\r\ntwo";

const ends = [
  "\n.\n",
  "\n.\r\n",
  "\r\n.\n",
  "\r.\r",
  "\r\n.\r",
  "\r.\r\n",
  "\n.\r",
  "\r.\n",
  "\r\n\r.\r\n",
  "\r\n.\r\r\n",
  "\r\n\0.\r\n",
  "\r\n.\0\r\n",
  "\r\n..\r\n",
  "\r\n. \r\n",
  "\r\n .\r\n",
  "\r\n.\t\r\n",
  "\n\r\n.\n\r\n",
  "\r\n.\r\n",
];

for (const [name, listenerOf] of [
  ["refuses bare line ends", () => rejecting],
  ["repairs them", () => repairing],
] as const) {
  test.each(ends)(
    `where the listener ${name}, %j ends what it must, cut between any two of its bytes and between all`,
    async (end) => {
      const bytes = `one${end}${second}\r\n.\r\nQUIT\r\n`;
      for (let at = 2; at <= 3 + end.length + 1; at++) {
        await check(listenerOf(), cutAt(bytes, [at]));
        await check(listenerOf(), cutAt(bytes, [at, at + 1]));
      }
      await check(listenerOf(), everyByte(bytes));
      await check(listenerOf(), [bytes]);
    },
  );
}

test("dots at the edges of packets are stuffed and unstuffed once", async () => {
  const bytes = "..\r\n...\r\n.x\r\nx.\r\n\r\n..\r\n....\r\n\r\n.\r\nQUIT\r\n";
  for (let at = 1; at < bytes.length; at++) await check(rejecting, cutAt(bytes, [at]));
  await check(rejecting, everyByte(bytes));
});

const piece = fc.constantFrom(
  "\r",
  "\n",
  "\0",
  ".",
  "..",
  " ",
  "\r\n",
  "\r\n.",
  "\n.\r\n",
  "\r\n.\n",
  "\r\n.\r\n",
  "x",
  "\xff",
  "RSET\r\n",
  "DATA\r\n",
  "NOOP\r\n",
  "MAIL FROM:<a@client.example>\r\n",
  "RCPT TO:<b@example.test>\r\n",
  `${second}\r\n.\r\n`,
  `\r\n.\r\n${second}\r\n.\r\n`,
);
const stream = fc
  .array(piece, { maxLength: 12 })
  .map((pieces) => `Subject: 1\r\n\r\n${pieces.join("")}\r\n.\r\nQUIT\r\n`);
const cuts = fc.oneof(
  fc.constant("whole" as const),
  fc.constant("bytes" as const),
  fc.constant("lines" as const),
  fc.array(fc.nat(400), { maxLength: 20 }),
);
type Cuts = typeof cuts extends fc.Arbitrary<infer One> ? One : never;

const piecesOf = (bytes: string, how: Cuts): string[] => {
  if (how === "whole") return [bytes];
  if (how === "bytes") return everyByte(bytes);
  if (how === "lines")
    return cutAt(
      bytes,
      [...bytes.matchAll(/\n/g)].map(({ index }) => index + 1),
    );
  return cutAt(bytes, how);
};

test.each([
  ["in clear, where bare line ends are refused", () => rejecting, false, 300],
  ["in clear, where they are repaired", () => repairing, false, 300],
  ["in TLS records", () => rejecting, true, 100],
] as const)(
  "streams of every kind of trouble, %s, leave the messages that the standard finds in them",
  async (_words, listenerOf, isSecure, numRuns) => {
    await fc.assert(
      fc.asyncProperty(stream, cuts, (bytes, how) =>
        check(listenerOf(), piecesOf(bytes, how), { isSecure }),
      ),
      { numRuns },
    );
  },
  120_000,
);
