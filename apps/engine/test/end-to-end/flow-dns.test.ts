/** DNS, DNS lists and SPF against a real name server. */
import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import * as packet from "dns-packet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDns } from "../../src/flows/host/dns.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { type Knot, startKnot } from "../support/knot.ts";

let knot: Knot;
const huge = Array(80)
  .fill(`"${"y".repeat(250)}"`)
  .join(" ");
const long = Array.from({ length: 20 }, (_, index) => `"${String(index).padStart(200, "x")}"`).join(
  " ",
);

beforeAll(async () => {
  knot = await startKnot({
    "example.test": `
@ MX 20 mx2
@ MX 10 mx1
@ TXT "v=spf1 ip4:192.0.2.0/24 -all"
mx1 A 192.0.2.10
mx2 AAAA 2001:db8::2
soft TXT "v=spf1 ip4:192.0.2.0/28 ~all"
broken TXT "v=spf1 ip4:nonsense -all"
many TXT "v=spf1 a:a1.example.test a:a2.example.test a:a3.example.test -all"
alias CNAME mx1
loop1 CNAME loop2
loop2 CNAME loop1
long TXT ${long}
huge TXT ${huge}
client A 192.0.2.7
bank A 198.51.100.1
named A 192.0.2.11
`,
    "2.0.192.in-addr.arpa": `
7 PTR client.example.test.
8 PTR bank.example.test.
9 PTR \\060script\\062alert.example.test.
10 PTR nobody.example.test.
11 PTR mx1.example.test.
11 PTR named.example.test.
`,
    "bl.test": `
7.2.0.192 A 127.0.0.2
2.0.0.127 A 127.0.0.2
8.2.0.192 A 127.255.255.254
9.2.0.192 A 203.0.113.1
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2 A 127.0.0.4
`,
    "world.test": "* A 127.0.0.2",
  });
});
afterAll(() => knot.stop());

const run = async (source: string, more: { address?: string; resolvers?: string[] } = {}) => {
  const flows = createTestFlows({
    settings: {
      gateway: { resolvers: more.resolvers ?? [knot.address] },
      flows: { f: scriptFlow("recipient", `${source}\nAccept();`) },
    },
  });
  const { trace } = await flows.recipient("f", "bob@example.org", {
    clientAddress: more.address ?? "192.0.2.7",
  });
  expect(trace?.error).toBeNull();
  return { log: flows.echoed(), trace, alarms: flows.alarms };
};
const echoOf = async (expression: string, more = {}) =>
  (await run(`echo ${expression};`, more)).log[0];

test.each([
  ['dns("mx1.example.test")', '[0=>"192.0.2.10"]'],
  ['dns6("mx2.example.test")', '[0=>"2001:db8::2"]'],
  ['dnsmx("example.test")', '[0=>"mx1.example.test",1=>"mx2.example.test"]'],
  ['dnsptr("192.0.2.7")', '[0=>"client.example.test"]'],
  ['dns("alias.example.test")', '[0=>"192.0.2.10"]'],
  ['dns("nothing.example.test")', "[]"],
  [
    'dns_query("example.test", ["type" => "mx", "extended_result" => true])',
    '["result"=>[0=>"mx1.example.test",1=>"mx2.example.test"],"dnssec"=>0]',
  ],
  ['dns_query("nothing.example.test", ["extended_result" => true])', '["error"=>"NXDOMAIN"]'],
  [
    'dns_query("mx1.example.test", ["type" => "txt", "extended_result" => true])',
    '["error"=>"NODATA"]',
  ],
  ['dns_query("elsewhere.invalid", ["extended_result" => true])', '["error"=>"REFUSED"]'],
  ['dns_query("loop1.example.test", ["extended_result" => true])', '["error"=>"CNAME"]'],
  ['strlen(dnstxt("long.example.test")[0])', "4000"],
  ['dns(str_repeat("a", 70) . ".example.test")', "[]"],
  ['confirmed_name("192.0.2.7")', "client.example.test"],
  ['confirmed_name("192.0.2.11")', "named.example.test"], // the first one leads elsewhere
  ['confirmed_name("192.0.2.8")', ""], // a name that is somebody else's
  ['confirmed_name("192.0.2.10")', ""], // a name that does not exist
  ['confirmed_name("192.0.2.9")', ""], // no host name
  ['confirmed_name("192.0.2.250")', ""],
  ['confirmed_name("nonsense")', ""],
  [
    'dns_query("huge.example.test", ["type" => "txt", "extended_result" => true])',
    '["error"=>"BADRESP"]',
  ],
  ['dnsbl("192.0.2.7", "bl.test")', '[0=>"127.0.0.2"]'],
  ['dnsbl("192.0.2.1", "bl.test")', "[]"],
  ['dnsbl("2001:db8::1", "bl.test")', '[0=>"127.0.0.4"]'],
  [
    'dnsbl("192.0.2.8", "bl.test", ["extended_result" => true])',
    '["answers"=>[],"error"=>"REFUSED"]',
  ],
  [
    'dnsbl("192.0.2.9", "bl.test", ["extended_result" => true])',
    '["answers"=>[],"error"=>"REFUSED"]',
  ],
  ['dnsbl("192.0.2.1", "gone.invalid", ["extended_result" => true])["error"]', "REFUSED"],
  ['spf("192.0.2.7", "mx", "example.test")', "0"],
  ['spf("198.51.100.1", "mx", "example.test")', "100"],
  ['spf("192.0.2.77", "mx", "soft.example.test")', "20"],
  ['spf("192.0.2.7", "mx", "mx1.example.test")', "50"],
  ['spf("192.0.2.7", "mx", "elsewhere.invalid")', "50"],
  ['spf_query("192.0.2.7", "mx", "a@example.test")["result"]', "pass"],
  ['spf_query("198.51.100.1", "mx", "a@example.test")["result"]', "fail"],
  ['spf_query("192.0.2.7", "mx", "a@mx1.example.test")["result"]', "none"],
  ['spf_query("192.0.2.7", "mx", "a@broken.example.test")["result"]', "permerror"],
  ['spf_query("192.0.2.7", "mx", "a@many.example.test")["result"]', "permerror"],
  ['spf_query("192.0.2.7", "mx", "a@elsewhere.invalid")["result"]', "temperror"],
  ['spf_query("192.0.2.7", "example.test", "")["result"]', "pass"],
])("%s", async (expression, expected) => {
  expect(await echoOf(expression)).toBe(expected);
});

test("a name that cannot be asked for is neither there nor missing", async () => {
  const nowhere = { resolvers: ["127.0.0.1:1"] };
  expect(await echoOf('confirmed_name("192.0.2.7")', nowhere)).toBe("-1");
});

test("an empty answer that only means that nobody could be asked is told in the log", async () => {
  const source = `echo dnsmx("example.test"); echo dnsptr("192.0.2.7"); echo dns_query("example.test");
echo dnsbl("192.0.2.7", "bl.test"); echo spf("192.0.2.7", "mx", "example.test");`;
  const { trace } = await run(source, { resolvers: ["127.0.0.1:1"] });
  const about = (what: string) => `dns: nothing is known about ${what}: no name server answers`;
  expect(trace?.steps.flatMap(({ log }) => log)).toEqual([
    ...[about("example.test (MX)"), "[]", about("192.0.2.7 (PTR)"), "[]"],
    ...[about("example.test (A)"), "[]", about("192.0.2.7 in bl.test"), "[]"],
    ...["spf: DNS could not be asked about example.test", "50"],
  ]);
  const there = await run('echo dnsmx("nothing.example.test");');
  expect(there.trace?.steps.flatMap(({ log }) => log)).toEqual(["[]"]);
});

test("a list that lists the world is taken out of service, with one alarm", async () => {
  const flows = createTestFlows({
    settings: {
      gateway: { resolvers: [knot.address] },
      flows: {
        f: scriptFlow(
          "recipient",
          'echo dnsbl($senderip, "world.test", ["extended_result" => true]); Accept();',
        ),
      },
    },
  });
  await flows.recipient("f", "bob@example.org");
  await flows.recipient("f", "bob@example.org", { clientAddress: "198.51.100.77" });
  expect(flows.echoed()).toEqual(Array(2).fill('["answers"=>[],"error"=>"LISTSALL"]'));
  expect(flows.alarms).toHaveLength(1);
});

test("a look-up stands in the trace with its question and answer", async () => {
  const { trace } = await run('$x = dnsbl("192.0.2.7", "bl.test");');
  expect(trace?.steps[0]?.lookups).toMatchObject([
    { function: "dnsbl", question: '"192.0.2.7", "bl.test"', answer: '[0=>"127.0.0.2"]' },
  ]);
});

/** A name server that answers as `answer` says. */
const fakeServer = async (answer: (query: packet.Packet) => packet.Packet[]) => {
  let asked = 0;
  const socket = createSocket("udp4");
  socket.on("message", (bytes, from) => {
    asked += 1;
    for (const reply of answer(packet.decode(bytes)))
      socket.send(packet.encode(reply), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
  const { port } = socket.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, asked: () => asked, close: () => socket.close() };
};
const answerTo = (
  query: packet.Packet,
  address: string,
  more: Partial<packet.Packet> = {},
): packet.Packet => ({
  type: "response",
  ...(query.id === undefined ? {} : { id: query.id }),
  questions: query.questions ?? [],
  answers: [{ type: "A", name: query.questions?.[0]?.name ?? "", ttl: 60, data: address }],
  ...more,
});

test("an answer to another question, or with another number, is no answer", async () => {
  const server = await fakeServer((query) => [
    answerTo(query, "203.0.113.66", { id: ((query.id ?? 0) + 1) & 0xffff }),
    answerTo(query, "203.0.113.66", {
      questions: [{ name: "other.test", type: "A", class: "IN" }],
    }),
    answerTo(query, "203.0.113.66", { type: "query" }),
    answerTo(query, "192.0.2.99"),
  ]);
  const dns = createDns();
  expect(await dns.query("www.test", "A", { servers: [server.address] })).toMatchObject({
    kind: "answers",
    records: [{ address: "192.0.2.99" }],
  });
  await dns.query("WWW.test.", "A", { servers: [server.address] });
  expect(server.asked()).toBe(1); // the second came from the cache
  server.close();
});

test("a silent server is an error in time, and the next one is asked", async () => {
  const silent = await fakeServer(() => []);
  const failing = await fakeServer((query) => [answerTo(query, "", { answers: [], flags: 2 })]);
  const dns = createDns();
  expect(
    await dns.query("www.test", "A", { servers: [silent.address], timeoutSeconds: 0.3 }),
  ).toEqual({ kind: "error", reason: "TIMEOUT" });
  expect(
    await dns.query("www.test", "A", { servers: [failing.address], timeoutSeconds: 0.3 }),
  ).toMatchObject({ kind: "error", reason: "SERVFAIL" });
  expect(
    await dns.query("mx1.example.test", "A", {
      servers: [silent.address, failing.address, knot.address],
      timeoutSeconds: 2,
    }),
  ).toMatchObject({ kind: "answers" });
  expect(
    await dns.query("www.test", "A", { servers: [silent.address], timeoutSeconds: 0.3 }),
  ).toMatchObject({ kind: "error" }); // errors are not kept
  silent.close();
  failing.close();
});
