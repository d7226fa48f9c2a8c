/**
 * A real Postfix on either side: as the client whose mail comes in, with pipelining,
 * TLS of each level, DSN, 8-bit and international addresses; and as the server that
 * knows the passwords of our users.
 */
import { randomBytes } from "node:crypto";
import { afterEach, beforeAll, expect } from "vitest";
import { makeCertificate, makeChain, type TestCertificate } from "../support/certificate.ts";
import { createTestFlows } from "../support/flows.ts";
import { type ListenerUnderTest, startListener, until } from "../support/listener.ts";
import { testWithPeer } from "../support/peers.ts";
import { type Postfix, type PostfixOptions, startPostfix } from "../support/postfix.ts";
import { greeted } from "../support/smtp-client.ts";

const test = testWithPeer("postfix", "openssl");
let chain: ReturnType<typeof makeChain>;
let ownCertificate: TestCertificate;
let listener: ListenerUnderTest | null = null;
let postfix: Postfix | null = null;

beforeAll(() => {
  chain = makeChain(["localhost"]);
  ownCertificate = makeCertificate(["localhost"]);
});
afterEach(async () => {
  await postfix?.stop();
  postfix = null;
  await listener?.close();
  listener = null;
});

type Pair = { readonly under: ListenerUnderTest; readonly client: Postfix };

/** Postfix that relays everything to our listener. */
const startPair = async (
  settings: object = {},
  more: Partial<PostfixOptions> = {},
): Promise<Pair> => {
  const under = await startListener({
    settings: (port) => ({
      certificates: {
        main: { certificate: chain.server.certificate, privateKey: { secret: "stored" } },
      },
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: { "example.test": { transport: "next" } },
      listeners: { inbound: { address: "127.0.0.1", port, ...settings } },
    }),
    secrets: { "certificate/main/privateKey": chain.server.privateKey },
  });
  listener = under;
  const client = await startPostfix({ relayTo: under.port, ...more });
  postfix = client;
  return { under, client };
};

const submit = async (
  port: number,
  content: string,
  recipients: readonly string[] = ["b@example.test"],
  mail = "MAIL FROM:<a@client.example>",
): Promise<void> => {
  const client = await greeted(port);
  expect(await client.say(mail)).toMatch(/^250/);
  for (const recipient of recipients)
    expect(
      await client.say(recipient.startsWith("RCPT") ? recipient : `RCPT TO:<${recipient}>`),
    ).toMatch(/^250/);
  expect(await client.say("DATA")).toMatch(/^354/);
  expect(await client.say(`${content.replace(/^\./gm, "..")}\r\n.`)).toMatch(/^250/);
  client.end();
};

const entriesOf = ({ messages }: ListenerUnderTest) =>
  messages.flatMap(({ acceptance }) => acceptance.bodies.flatMap(({ entries }) => entries));

/** Postfix adds what is missing. */
const ownFields =
  "Date: Tue, 24 Nov 2026 12:00:00 +0000\r\nFrom: a@client.example\r\nMessage-ID: <1@client.example>\r\n";

const withTls = { tls: { mode: "optional", certificates: ["main"] } } as const;

for (const [level, settings] of [
  ["none", withTls],
  ["may", withTls],
  ["encrypt", { tls: { mode: "required", certificates: ["main"] } }],
  ["verify", { tls: { mode: "required", certificates: ["main"] } }],
] as const) {
  test(`Postfix sends at its TLS level “${level}”`, async () => {
    const { under, client } = await startPair(settings, {
      relayName: "localhost",
      trusts: chain.authority.certificate,
      main: [`smtp_tls_security_level = ${level}`, "smtp_tls_loglevel = 1"],
    });
    await submit(client.port, "Subject: x\r\n\r\nhello");
    await until(() => under.messages.length === 1, 30_000);
    const tls = entriesOf(under)[0]?.envelope.tls ?? null;
    if (level === "none") expect(tls).toBeNull();
    else expect(tls).toMatchObject({ protocol: "TLSv1.3" });
    if (level === "verify") expect(client.log()).toContain("Verified TLS connection established");
    expect(under.messages[0]?.bodies[0]).toMatch(/\r\n\r\nhello\r\n$/);
  }, 60_000);
}

test("Postfix that insists on a name it does not find keeps its mail, and nothing is taken", async () => {
  const { under, client } = await startPair(withTls, {
    trusts: ownCertificate.certificate, // another authority
    relayName: "localhost",
    main: ["smtp_tls_security_level = verify"],
  });
  await submit(client.port, "Subject: x\r\n\r\nhello");
  await until(() => /status=deferred/.test(client.log()), 30_000);
  expect(client.log()).toContain("Server certificate not verified");
  expect(under.messages).toHaveLength(0);
  await until(() => under.status()[0]?.connections === 0);
}, 60_000);

test("8-bit text, an international sender and what is asked of notices come through Postfix as they were", async () => {
  const { under, client } = await startPair({}, { main: ["smtputf8_enable = yes"] });
  const utf8 = (text: string): string => Buffer.from(text).toString("latin1");
  await submit(
    client.port,
    `Subject: ${utf8("Grüße")}\r\n\r\n${utf8("Füße")}`,
    ["RCPT TO:<b@example.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bx@example.test"],
    `MAIL FROM:<${utf8("jörg")}@client.example> SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=abc+3Dd`,
  );
  await until(() => under.messages.length === 1, 30_000);
  const { acceptance, bodies } = under.messages[0] ?? { acceptance: null, bodies: [] };
  const entry = acceptance?.bodies[0]?.entries[0];
  expect(entry).toMatchObject({ sender: "jörg@client.example", recipient: "b@example.test" });
  expect(entry?.envelope).toMatchObject({
    smtpUtf8: true,
    eightBit: true,
    ret: "HDRS",
    envid: "abc=d",
    notify: ["SUCCESS", "DELAY"],
    orcpt: "rfc822;b+x@example.test",
  });
  expect(bodies[0]).toContain(`Subject: ${utf8("Grüße")}\r\n`);
  expect(bodies[0]).toMatch(new RegExp(`\\r\\n\\r\\n${utf8("Füße")}\\r\\n$`));
}, 60_000);

test("recipients beyond the limit come in more transactions, each once", async () => {
  const { under, client } = await startPair(
    { maximumRecipients: 7 },
    { main: ["minimal_backoff_time = 1s", "queue_run_delay = 1s"] },
  );
  const recipients = Array.from({ length: 30 }, (_, index) => `user${index}@example.test`);
  await submit(client.port, "Subject: many\r\n\r\nhello", recipients);
  while (entriesOf(under).length < recipients.length) {
    await client.flush();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  while ((await client.waiting()) > 0);
  expect(
    entriesOf(under)
      .map(({ recipient }) => recipient)
      .toSorted(),
  ).toEqual(recipients.toSorted());
  expect(under.messages.length).toBeGreaterThanOrEqual(5);
}, 120_000);

test("two megabytes of dots and odd lines arrive byte for byte, in clear and under TLS", async () => {
  const { under, client } = await startPair(withTls, {
    main: ["smtp_tls_security_level = may", "smtp_line_length_limit = 0"],
  });
  const lines = Array.from({ length: 20_000 }, (_, index) => {
    const dots = ".".repeat(index % 4);
    return `${dots}${randomBytes(index % 90)
      .toString("base64")
      .slice(0, index % 120)}`;
  });
  const content = `${ownFields}Subject: big\r\n\r\n${lines.join("\r\n")}\r\n.\r\n..\r\n.x`;
  await submit(client.port, content);
  await until(() => under.messages.length === 1, 60_000);
  const stored = under.messages[0]?.bodies[0] ?? "";
  expect(stored.slice(stored.indexOf(ownFields)) === `${content}\r\n`).toBe(true);
}, 120_000);

test("a message over the announced size is not sent by Postfix, which tells its sender", async () => {
  const { under, client } = await startPair(
    { maximumMessageBytes: 20_000 },
    { main: ["bounce_size_limit = 1000"] },
  );
  await submit(
    client.port,
    `Subject: big\r\n\r\n${`${"x".repeat(70)}\r\n`.repeat(400)}`,
    ["b@example.test"],
    "MAIL FROM:<a@example.test>",
  );
  await until(() => under.messages.length === 1, 30_000);
  expect(entriesOf(under)[0]).toMatchObject({ sender: "", recipient: "a@example.test" });
  expect(under.messages[0]?.bodies[0]).toMatch(/exceeds size limit 20000 of\s+server/);
}, 60_000);

test("Postfix says whose password is right, and nobody's is wrong while it cannot be asked", async () => {
  const password = "gr8-s3cret-Zebra";
  const server = await startPostfix({
    relayTo: 9,
    accounts: { "anna@ours.test": password },
    tls: ownCertificate,
  });
  postfix = server;
  const settings = (port: number) => ({
    certificates: { theirs: { certificate: ownCertificate.certificate } },
    listeners: {
      inbound: {
        address: "127.0.0.1",
        port,
        authenticationFlow: "login",
        authenticationNeedsTls: false,
      },
    },
    transports: {
      users: {
        destination: `localhost:${server.port}`,
        tls: { mode: "require-verify" as const, certificate: "theirs" },
      },
    },
    flows: {
      login: {
        kind: "authentication" as const,
        title: "Login",
        entry: "ask",
        nodes: {
          ask: {
            block: "smtp-bind",
            version: 1,
            config: { transport: "users" },
            outcomes: { accepted: "ok", refused: "no", error: "later" },
          },
          ok: { block: "accept", version: 1, config: {} },
          no: { block: "reject", version: 1, config: { text: "Wrong" } },
          later: { block: "defer", version: 1, config: {} },
        },
      },
    },
  });
  const flows = createTestFlows({ settings: settings(1) });
  const under = await startListener({
    settings,
    flows: [...flows.snapshot.flows.values()],
    runner: flows.sessions,
  });
  listener = under;
  const replyTo = async (name: string, word: string): Promise<string | null> => {
    const client = await greeted(under.port);
    const reply = await client.say(`AUTH PLAIN ${btoa(`\0${name}\0${word}`)}`);
    client.end();
    return reply;
  };
  expect(await replyTo("anna@ours.test", password)).toMatch(/^235 2\.7\.0/);
  expect(server.log()).toContain("connect from");
  expect(await replyTo("anna@ours.test", "wrong")).toBe("535 5.7.8 Wrong");
  expect(await replyTo("bert@ours.test", password)).toBe("535 5.7.8 Wrong");
  await server.stop();
  postfix = null;
  expect(await replyTo("anna@ours.test", password)).toMatch(/^454 4\.7\.0/);
}, 60_000);
