/** STARTTLS and implicit TLS: certificates by name, nothing carried over from before, nothing slipped in. */
import { execFile } from "node:child_process";
import { createConnection } from "node:net";
import tls from "node:tls";
import { afterEach, beforeAll, expect } from "vitest";
import { makeCertificate, type TestCertificate } from "../support/certificate.ts";
import { fakeFlow, type ListenerUnderTest, startListener, until } from "../support/listener.ts";
import { requirePeer, testWithPeer } from "../support/peers.ts";
import { greeted, SmtpClient } from "../support/smtp-client.ts";

const test = testWithPeer("openssl");
let main: TestCertificate;
let other: TestCertificate;
let rsa: TestCertificate;
let listener: ListenerUnderTest | null = null;

beforeAll(() => {
  main = makeCertificate(["mx.example.test"]);
  other = makeCertificate(["other.example", "*.wild.example"]);
  rsa = makeCertificate(["mx.example.test"], "rsa");
});

afterEach(async () => {
  await listener?.close();
  listener = null;
});

const start = async (
  settings: object,
  more: Partial<Parameters<typeof startListener>[0]> = {},
): Promise<ListenerUnderTest> => {
  const stored = { secret: "stored" } as const;
  listener = await startListener({
    settings: (port) => ({
      certificates: {
        main: { certificate: main.certificate, privateKey: stored },
        other: { certificate: other.certificate, privateKey: stored },
        rsa: { certificate: rsa.certificate, privateKey: stored },
      },
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: { "example.test": { transport: "next" } },
      listeners: { inbound: { address: "127.0.0.1", port, ...settings } },
    }),
    secrets: {
      "certificate/main/privateKey": main.privateKey,
      "certificate/other/privateKey": other.privateKey,
      "certificate/rsa/privateKey": rsa.privateKey,
    },
    flows: [fakeFlow("logins", "authentication")],
    runner: {
      authentication: (_flow, { userName }) => ({
        verdict: { kind: "accept", userName },
        trace: null,
      }),
    },
    ...more,
  });
  return listener;
};

const optional = { tls: { mode: "optional", certificates: ["main", "other"] } } as const;

const secured = async (port: number, options: tls.ConnectionOptions = {}): Promise<SmtpClient> => {
  const client = await greeted(port);
  expect(await client.say("STARTTLS")).toBe("220 2.0.0 Begin TLS");
  await client.startTls(options);
  return client;
};

const subjectOf = (client: SmtpClient): string =>
  client.socket instanceof tls.TLSSocket
    ? String(client.socket.getPeerCertificate().subject.CN)
    : "";

test("STARTTLS is offered before TLS and not after it, and a message says how it came", async () => {
  const { port, messages, records, status } = await start(optional);
  const client = new SmtpClient(port);
  await client.reply();
  expect(await client.say("EHLO client.example")).toMatch(/STARTTLS/);
  await client.say("STARTTLS");
  await client.startTls();
  const features = await client.say("EHLO client.example");
  expect(features).not.toMatch(/STARTTLS/);
  expect(features).toMatch(/REQUIRETLS/);
  await client.sayAll(
    "MAIL FROM:<a@client.example> REQUIRETLS",
    "RCPT TO:<b@example.test>",
    "DATA",
    "x\r\n.",
  );
  expect(messages[0]?.bodies[0]).toMatch(
    /^Received: [\s\S]*\(TLSv1\.3 TLS_AES_\d+_GCM_SHA\d+\)[\s\S]* with ESMTPS\r\n/,
  );
  expect(messages[0]?.acceptance.bodies[0]?.entries[0]?.envelope).toMatchObject({
    requireTls: true,
    tls: { protocol: "TLSv1.3" },
  });
  expect(records[0]?.events.map(({ kind }) => kind)).toContain("tls");
  client.end();
  await until(() => status()[0]?.connections === 0); // its place is free again
});

test("the certificate is the one for the name that was asked for; a wildcard serves one label", async () => {
  const { port } = await start(optional);
  expect(subjectOf(await secured(port))).toBe("mx.example.test");
  expect(subjectOf(await secured(port, { servername: "other.example" }))).toBe("other.example");
  expect(subjectOf(await secured(port, { servername: "a.wild.example" }))).toBe("other.example");
  expect(subjectOf(await secured(port, { servername: "a.b.wild.example" }))).toBe(
    "mx.example.test",
  );
  expect(subjectOf(await secured(port, { servername: "unknown.example" }))).toBe("mx.example.test");
});

test("an RSA and an ECDSA certificate of the same name serve clients of either kind", async () => {
  const { port } = await start({ tls: { mode: "optional", certificates: ["main", "rsa"] } });
  const tls12 = { maxVersion: "TLSv1.2" } as const;
  for (const ciphers of ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"]) {
    const client = await secured(port, { ...tls12, ciphers });
    expect(client.socket instanceof tls.TLSSocket && client.socket.getCipher().name).toBe(ciphers);
  }
});

test("a new certificate serves new connections, and open ones go on undisturbed", async () => {
  const { port, change } = await start(optional);
  const before = await secured(port);
  expect(subjectOf(before)).toBe("mx.example.test");
  change({
    certificates: {
      main: { certificate: main.certificate, privateKey: { secret: "stored" } },
      other: { certificate: other.certificate, privateKey: { secret: "stored" } },
    },
    listeners: {
      inbound: { address: "127.0.0.1", port, tls: { mode: "optional", certificates: ["other"] } },
    },
  });
  let served = "";
  while (served !== "other.example") served = subjectOf(await secured(port));
  expect(await before.say("EHLO client.example")).toMatch(/^250/m);
  expect(await before.say("MAIL FROM:<ann@client.example>")).toMatch(/^250/);
});

test("a client older than the oldest version is refused, and history says so", async () => {
  const { port, records } = await start({ tls: { ...optional.tls, minimumVersion: "TLSv1.3" } });
  const client = await greeted(port);
  await client.say("STARTTLS");
  await expect(client.startTls({ maxVersion: "TLSv1.2" })).rejects.toThrow();
  await until(() => records.length === 1);
  expect(records[0]?.reply).toMatch(/^TLS failed/);
});

for (const [name, extra] of [
  ["a whole command", "EHLO injected.example\r\n"],
  ["an unfinished one", "EHLO injec"],
] as const) {
  test(`${name} behind STARTTLS in the same packet drops the connection`, async () => {
    const { port, messages } = await start(optional);
    const client = await greeted(port);
    client.send(`STARTTLS\r\n${extra}`);
    expect(await client.reply()).toMatch(/^421 4\.7\.0/);
    expect(await client.closed()).toBe("");
    expect(messages).toHaveLength(0);
  });
}

test("a command in clear between STARTTLS and the handshake ends the connection unanswered", async () => {
  const { port } = await start(optional);
  const client = await greeted(port);
  await client.say("STARTTLS");
  client.send("EHLO injected.example\r\n");
  expect(await client.closed()).not.toMatch(/250/);
});

test("a client that begins no handshake after STARTTLS is given up after thirty seconds", async () => {
  let now = 0;
  const { port, records } = await start(optional, { monotonic: () => now });
  const client = await greeted(port);
  expect(await client.say("STARTTLS")).toMatch(/^220/);
  now = 29_000;
  await greeted(port).then((other) => other.end()); // some ticks of the clock later it is still there
  expect(client.socket.readyState).toBe("open");
  now = 31_000;
  expect(await client.closed()).toBe("");
  await until(() => records.length > 0);
});

test("greeting, sign-in and envelope from before TLS are forgotten after it", async () => {
  const { port } = await start({
    ...optional,
    authenticationFlow: "logins",
    authenticationNeedsTls: false,
    outboundTransport: "next",
  });
  const client = await greeted(port);
  await client.sayAll(
    `AUTH PLAIN ${btoa("\0anna\0x")}`,
    "MAIL FROM:<a@client.example>",
    "RCPT TO:<b@example.test>",
  );
  await client.say("STARTTLS");
  await client.startTls();
  expect(await client.say("MAIL FROM:<a@client.example>")).toMatch(/^503/);
  expect(await client.say("DATA")).toMatch(/^503/);
  expect(await client.say("EHLO client.example")).toMatch(/AUTH PLAIN LOGIN/);
  await client.say("MAIL FROM:<a@client.example>");
  expect(await client.say("RCPT TO:<b@elsewhere.example>")).toMatch(/^550 5\.7\.1 Relaying denied/);
});

test("sign-in that needs TLS is offered and taken only under it", async () => {
  const { port } = await start({ ...optional, authenticationFlow: "logins" });
  const client = new SmtpClient(port);
  await client.reply();
  expect(await client.say("EHLO client.example")).not.toMatch(/AUTH/);
  expect(await client.say(`AUTH PLAIN ${btoa("\0anna\0x")}`)).toMatch(/^538 5\.7\.11/);
  await client.say("STARTTLS");
  await client.startTls();
  expect(await client.say("EHLO client.example")).toMatch(/AUTH PLAIN LOGIN/);
  expect(await client.say(`AUTH PLAIN ${btoa("\0anna\0x")}`)).toMatch(/^235/);
});

test("implicit TLS speaks TLS from the first byte, and nothing else", async () => {
  const { port, messages, records } = await start({
    tls: { mode: "implicit", certificates: ["main", "other"] },
  });
  const client = new SmtpClient(port, { tls: { servername: "other.example" } });
  expect(await client.reply()).toMatch(/^220/);
  expect(subjectOf(client)).toBe("other.example");
  const replies = await client.sayAll(
    "EHLO c.example",
    "MAIL FROM:<a@c.example>",
    "RCPT TO:<b@example.test>",
    "DATA",
    "x\r\n.",
  );
  expect(replies[0]).not.toMatch(/STARTTLS/);
  expect(replies.at(-1)).toMatch(/^250/);
  expect(messages[0]?.bodies[0]).toContain("with ESMTPS");
  const plain = createConnection({ port, host: "127.0.0.1" });
  plain.on("error", () => {});
  plain.write("EHLO client.example\r\n");
  await new Promise((resolve) => plain.once("close", resolve));
  await until(() => records.some(({ reply }) => reply.startsWith("TLS failed")));
});

test("a listener whose certificate is missing or broken starts no TLS and tells why", async () => {
  const { port, status, change } = await start({
    tls: { mode: "optional", certificates: ["gone"] },
  });
  expect(status()[0]).toMatchObject({
    state: "listening",
    error: "Certificate gone is missing or has no private key.",
  });
  const client = new SmtpClient(port);
  await client.reply();
  expect(await client.say("EHLO client.example")).not.toMatch(/STARTTLS/);
  expect(await client.say("STARTTLS")).toMatch(/^454 4\.7\.0/);
  change({
    certificates: { main: { certificate: "no certificate", privateKey: { secret: "stored" } } },
    listeners: {
      inbound: { address: "127.0.0.1", port, tls: { mode: "implicit", certificates: ["main"] } },
    },
  });
  await until(() => /cannot be read/.test(status()[0]?.error ?? ""));
});

test("openssl s_client sends a message through STARTTLS", async () => {
  const { port, messages } = await start(optional);
  const program = execFile(requirePeer("openssl"), [
    "s_client",
    "-connect",
    `127.0.0.1:${port}`,
    "-starttls",
    "smtp",
    "-crlf",
    "-quiet",
    "-servername",
    "other.example",
  ]);
  program.stdin?.on("error", () => {});
  program.stdin?.write("EHLO client.example\nMAIL FROM:<a@client.example>\n");
  program.stdin?.write("rcpt TO:<b@example.test>\nDATA\n");
  let output = "";
  program.stdout?.on("data", (chunk: string) => {
    const isNew = !/^354 /m.test(output);
    output += chunk;
    if (isNew && /^354 /m.test(output)) {
      program.stdin?.write("Subject: hi\n\nhello\n.\nquit\n");
    }
  });
  await new Promise((resolve) => program.once("close", resolve));
  expect(messages).toHaveLength(1);
  expect(messages[0]?.bodies[0]).toContain("Subject: hi\r\n\r\nhello\r\n");
});
