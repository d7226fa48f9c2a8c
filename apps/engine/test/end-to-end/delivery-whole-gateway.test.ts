/** The whole product as a sender and the next hops see it: routes, retries, notices, and a Postfix behind it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect } from "vitest";
import { type AwkwardServer, startAwkward } from "../support/awkward-server.ts";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { requirePeer, testWithPeer } from "../support/peers.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { readNotice } from "../support/read-notice.ts";
import { type Sink, startSink } from "../support/sink.ts";

const run = promisify(execFile);
const test = testWithPeer("swaks", "postfix", "python3");

let gateway: Gateway;
let sink: Sink; // where senders read their notices
let other: Sink;
let behind: Sink; // behind Postfix
let large: Sink;
let postfix: Postfix;
let hop: AwkwardServer;
let short: AwkwardServer;
let port: number;
let submission: number;
let tries: string[] = [];

const flow = (kind: string, source: string): string =>
  JSON.stringify({
    kind,
    title: kind,
    entry: "script",
    nodes: { script: { block: "script", version: 1, config: { source } } },
  });

const content = `
if ($recipientlocalpart == "else") Deliver("moved@far.test", "mailtransport:other");
if ($recipientlocalpart == "set") { SetMailTransport("mailtransport:other"); Deliver(); }
Deliver();`;
const notes = `
if (not $attempted) {
  $seen = GetMetaData();
  $count = isset($seen["count"]) ? number($seen["count"]) : 0;
  SetMetaData(["count" => string($count + 1)]);
  SetHELO("try" . string($count) . ".example.test");
}`;

beforeAll(async () => {
  sink = await startSink();
  other = await startSink();
  behind = await startSink();
  large = await startSink();
  postfix = await startPostfix({ relayTo: behind.port });
  hop = await startAwkward({
    answer: (line) => {
      if (line.startsWith("EHLO try")) tries.push(line);
      if (line.includes("<nobody@")) return "550 5.1.1 no such user";
      if (line.includes("<slow@")) return "450 4.2.1 not yet";
      if (line.includes("<third@") && tries.length < 3) return "450 4.2.1 not yet";
      return undefined;
    },
  });
  short = await startAwkward();
  port = await freePort();
  submission = await freePort();
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
  await gateway.apply({
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\noutboundTransport: other\n`,
    "listeners/submission.yaml": `address: 127.0.0.1\nport: ${submission}\nauthenticationFlow: anyone\nauthenticationNeedsTls: false\noutboundTransport: other\n`,
    "transports/hop.yaml": `destination: "127.0.0.1:${hop.port}"\nretryMinutes: [0.005]\nmaximumAttempts: 4\n`,
    "transports/late.yaml": `destination: "127.0.0.1:${hop.port}"\nretryMinutes: [0.005]\nmaximumAttempts: 5\n`,
    "transports/home.yaml": `destination: "127.0.0.1:${sink.port}"\n`,
    "transports/other.yaml": `destination: "127.0.0.1:${other.port}"\n`,
    "transports/postfix.yaml": `destination: "127.0.0.1:${postfix.port}"\n`,
    "transports/short.yaml": `destination: "127.0.0.1:${short.port}"\nmessagesPerConnection: 2\nmaximumConnections: 1\n`,
    "domains/short.test.yaml": "transport: short\n",
    "transports/large.yaml": `destination: "127.0.0.1:${large.port}"\n`,
    "domains/large.test.yaml": "transport: large\n",
    "transports/dead.yaml": `destination: "127.0.0.1:${await freePort()}"\nretryMinutes: [0.05]\ndelayNoticeMinutes: 0.03\n`,
    "domains/dead.test.yaml": "transport: dead\n",
    "domains/hop.test.yaml": "transport: hop\n",
    "domains/noted.test.yaml": "transport: late\ndeliveryFlow: notes\n",
    "domains/routed.test.yaml": "transport: hop\ncontentFlow: route\n",
    "domains/home.test.yaml": "transport: home\n",
    "domains/postfix.test.yaml": "transport: postfix\n",
    "flows/content/route.yaml": flow("content", content),
    "flows/delivery/notes.yaml": flow("delivery", notes),
    "flows/authentication/anyone.yaml": flow(
      "authentication",
      'if ($saslpassword == "right") Accept(); Reject();',
    ),
  });
});
afterAll(async () => {
  await gateway.stop();
  await postfix.stop();
  await Promise.all([sink, other, behind, large, hop, short].map((one) => one.close()));
});

const swaks = (...args: readonly string[]): Promise<string> =>
  run(requirePeer("swaks"), [
    ...["--server", `127.0.0.1:${port}`, "--from", "ann@home.test"],
    ...args,
  ]).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? "", // a refusal is an exit code
  );

const has =
  (text: string) =>
  (messages: Sink["messages"]): boolean =>
    messages.some(({ bytes }) => bytes.includes(text));

test("a refused recipient makes one notice to the sender, from the null sender", async () => {
  expect(await swaks("--to", "nobody@hop.test")).toContain(" accepted\n -> QUIT");
  await sink.until(has("nobody@hop.test"));
  const notice = sink.messages.find(({ bytes }) => bytes.includes("nobody@hop.test"));
  expect(notice).toMatchObject({ sender: "", recipients: ["ann@home.test"] });
  expect(readNotice(notice?.bytes ?? Buffer.alloc(0))).toMatchObject({
    permanent: ["nobody@hop.test"],
    status: [{}, { action: "failed", status: "5.1.1" }],
  });
});

test("a recipient who is busy to the last attempt makes one as well", async () => {
  expect(await swaks("--to", "slow@hop.test")).toContain(" accepted\n -> QUIT");
  await sink.until(has("slow@hop.test"));
  const asked = hop.lines.filter((line) => line.includes("<slow@"));
  expect(asked).toHaveLength(4);
});

test("what a delivery flow notes at one attempt it knows at the next", async () => {
  tries = [];
  expect(await swaks("--to", "third@noted.test")).toContain(" accepted\n -> QUIT");
  while (tries.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(tries).toEqual([0, 1, 2].map((count) => `EHLO try${count}.example.test`));
});

test("a content flow sends mail through another transport", async () => {
  expect(await swaks("--to", "else@routed.test")).toContain(" accepted\n -> QUIT");
  expect(await swaks("--to", "set@routed.test")).toContain(" accepted\n -> QUIT");
  await other.until((messages) => messages.length >= 2);
  expect(other.messages.flatMap(({ recipients }) => recipients).sort()).toEqual([
    "moved@far.test",
    "set@routed.test",
  ]);
});

test("mail of signed-in users leaves by the listener's way out; others are no relay", async () => {
  const out = ["--server", `127.0.0.1:${submission}`, "--to", "you@world.test"];
  expect(await swaks(...out)).toMatch(/5\d\d /);
  const auth = ["--auth", "PLAIN", "--auth-user", "ann", "--auth-password"];
  expect(await swaks(...out, ...auth, "right")).toContain(" accepted\n -> QUIT");
  await other.until((messages) =>
    messages.some(({ recipients }) => recipients.includes("you@world.test")),
  );
});

test("every sender hears once that mail for a dead host waits", async () => {
  const names = Array.from({ length: 12 }, (_, index) => `user${index}@dead.test`);
  for (const name of names) expect(await swaks("--to", name)).toContain(" accepted\n -> QUIT");
  const delayed = (): string[] =>
    sink.messages.flatMap(({ bytes }) =>
      bytes.includes("Subject: Mail is delayed")
        ? (/Final-Recipient: rfc822; (\S+)/.exec(bytes.toString("latin1"))?.[1] ?? [])
        : [],
    );
  await sink.until(() => new Set(delayed()).size === names.length);
  expect(delayed().sort()).toEqual([...names].sort());
});

test("a connection carries as many messages as the transport says", async () => {
  const options = ["-m", "7", "-s", "1", "-d", "-f", "ann@home.test", "-t", "bob@short.test"];
  await run(requirePeer("smtp-source"), [...options, `127.0.0.1:${port}`]);
  while (short.contents.length < 7) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(short.connections()).toBeGreaterThanOrEqual(4);
});

test("a large message arrives whole", async () => {
  const size = 50_000_000;
  const options = ["-m", "1", "-l", String(size), "-f", "ann@home.test", "-t", "bob@large.test"];
  await run(requirePeer("smtp-source"), [...options, `127.0.0.1:${port}`]);
  await large.until((messages) => messages.length > 0);
  expect(large.messages[0]?.bytes.length).toBeGreaterThan(size);
});

test("Postfix passes on byte for byte what came in, trace fields apart", async () => {
  const body = `Subject: bytes\r\nX-Odd:   folded\r\n\tline \r\nFrom: ann@home.test\r\nDate: Tue, 1 Jan 2030 00:00:00 +0000\r\nMessage-ID: <1@home.test>\r\n\r\n.dot\r\n..two\r\n  end \r\n`;
  const data = body.replaceAll("\r\n", "\\n");
  expect(await swaks("--to", "bob@postfix.test", "--data", data)).toContain(" accepted\n -> QUIT");
  await behind.until(has("Subject: bytes"));
  const [message] = behind.messages;
  const text = message?.bytes.toString("latin1") ?? "";
  expect(text.slice(text.indexOf("Subject: bytes"))).toContain(body);
  const fields = [...text.slice(0, text.indexOf("Subject:")).matchAll(/^[A-Za-z-]+(?=:)/gm)];
  expect(new Set(fields.map(([name]) => name))).toEqual(new Set(["Received"]));
});
