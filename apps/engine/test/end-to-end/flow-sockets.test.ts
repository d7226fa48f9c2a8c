/** Socket and TLSSocket of scripts against servers that really listen. */
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mayConnect } from "../../src/flows/host/script-socket.ts";
import { makeCertificate } from "../support/certificate.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { until } from "../support/listener.ts";
import { testWithPeer } from "../support/peers.ts";

const open = new Set<Socket>();
const folder = mkdtempSync(path.join(tmpdir(), "sluice-sockets-"));

/** Gives back each line in capitals; "quit" ends it, "mute" says nothing. */
const answer = (socket: Socket): void => {
  open.add(socket);
  socket.on("close", () => open.delete(socket));
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    const text = chunk.toString("latin1");
    if (text.startsWith("quit")) socket.end("BYE");
    else if (!text.startsWith("mute")) socket.write(text.toUpperCase());
  });
};
const certificate = makeCertificate(["mail.example.test"]);
const plain = createServer(answer);
const secure = createTlsServer(
  { cert: certificate.certificate, key: certificate.privateKey },
  answer,
);
const local = createServer(answer);
const udp = createSocket("udp4");
udp.on("message", (bytes, from) =>
  udp.send(bytes.toString().toUpperCase(), from.port, from.address),
);

const portOf = (server: { address: () => unknown }): number => {
  const address = server.address() as { port: number };
  return address.port;
};

beforeAll(async () => {
  await Promise.all([
    ...[plain, secure].map(
      (server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)),
    ),
    new Promise<void>((resolve) => local.listen(path.join(folder, "socket"), resolve)),
    new Promise<void>((resolve) => udp.bind(0, "127.0.0.1", resolve)),
  ]);
});
afterAll(() => {
  for (const server of [plain, secure, local, udp]) server.close();
  for (const socket of open) socket.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const run = async (script: string, allowed: string[] = ["127.0.0.0/8"]): Promise<string[]> => {
  const flows = createTestFlows({
    settings: {
      gateway: { scriptConnections: allowed },
      certificates: { own: { certificate: certificate.certificate } },
      flows: { f: scriptFlow("recipient", script) },
    },
  });
  const { trace } = await flows.recipient("f", "bob@example.org");
  return [...flows.echoed(), ...(trace?.error === null ? [] : [trace?.error?.message ?? ""])];
};

const connected = (server: { address: () => unknown }, type = "SOCK_STREAM"): string =>
  `$s = Socket("AF_INET", "${type}")->connect("127.0.0.1", ${portOf(server)});`;

test("sends and receives over TCP, in loops and functions, until the other side ends", async () => {
  const log = await run(`
    ${connected(plain)}
    function ask($s, $word) { $s->send($word); return $s->recv(length($word), "MSG_WAITALL"); }
    foreach (["one", "two"] as $word) echo ask($s, $word);
    $s->send("three"); echo $s->recv(2, "MSG_PEEK"); echo $s->recv(100);
    $s->send("quit"); echo $s->recv(100); echo $s->recv(100) === "";
    echo $s->errno() === "";`);
  expect(log).toEqual(["ONE", "TWO", "TH", "THREE", "BYE", "1", "1"]);
});

test("speaks UDP, and to a socket of this machine that is listed", async () => {
  const datagram = `${connected(udp, "SOCK_DGRAM")} echo $s->send("hello"); echo $s->recv(100);`;
  expect(await run(datagram)).toEqual(["5", "HELLO"]);
  const at = path.join(folder, "socket");
  const script = `$s = Socket("AF_UNIX", "SOCK_STREAM")->connect("${at}"); $s->send("hello"); echo $s->recv(9);`;
  expect(await run(script, [at])).toEqual(["HELLO"]);
  expect((await run(script)).join()).toContain("does not list");
});

test("waits no longer than it may, and says what failed", async () => {
  expect(
    await run(
      `${connected(plain)} $s->settimeout(0.1)->send("mute"); echo $s->recv(9) === none; echo $s->errno();`,
    ),
  ).toEqual(["1", "ETIMEDOUT"]);
  expect(
    await run(
      '$s = Socket("AF_INET", "SOCK_STREAM"); echo $s->connect("127.0.0.1", 1) === none; echo $s->errno(); echo $s->send("x") === none;',
    ),
  ).toEqual(["1", "ECONNREFUSED", "1"]);
});

test("what a script leaves open is closed when it ends, also by an action", async () => {
  await run(`${connected(plain)} $s->send("x"); $s->recv(1); Accept();`);
  await until(() => open.size === 0);
  await run(`${connected(plain)} $s->send("x"); $s->recv(1); throw "no";`);
  await until(() => open.size === 0);
});

const withOpenssl = testWithPeer("openssl");
withOpenssl("TLS is verified against the authority and the name that are asked for", async () => {
  const tls = (options: string): string =>
    `${connected(secure)} $t = TLSSocket($s, [${options}]); if ($t->handshake() === none) { echo $t->errno(); return; } $t->send("hello"); echo $t->recv(9);`;
  expect(await run(tls('"tls_ca" => "pki:own", "tls_sni" => "mail.example.test"'))).toEqual([
    "HELLO",
  ]);
  expect(
    await run(tls('"tls_ca" => "pki:own", "tls_verify_name" => ["a.test", "mail.example.test"]')),
  ).toEqual(["HELLO"]);
  expect(await run(tls('"tls_ca" => "pki:own", "tls_sni" => "other.example.test"'))).toEqual([
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ]);
  expect(await run(tls('"tls_sni" => "mail.example.test"'))).toEqual([
    expect.stringMatching(/SELF_SIGNED/),
  ]);
  const facts = `${tls('"tls_verify_ca" => false')} $c = $t->getpeercert(["fingerprint" => "sha256"]); echo $c["subject_alt_name"]["DNS"]; echo length($c["fingerprint"]); echo X509("pki:own")->fingerprint() == $c["fingerprint"];`;
  expect(await run(facts)).toEqual(["HELLO", '[0=>"mail.example.test"]', "64", "1"]);
});

test("a server that speaks before the handshake is given up", async () => {
  const early = createServer((socket) => {
    socket.on("error", () => {});
    socket.write("220 hello\r\n");
  });
  await new Promise<void>((resolve) => early.listen(0, "127.0.0.1", resolve));
  const log = await run(
    `${connected(early)} $s->recv(1); $t = TLSSocket($s); echo $t->handshake() === none; echo $t->errno();`,
  );
  early.close();
  expect(log).toEqual(["1", "EPROTO"]);
});

test.each([
  ["127.0.0.1", ["127.0.0.0/8"], true],
  ["127.0.0.1", [], false],
  ["127.0.0.1", ["10.0.0.0/8", "192.0.2.1"], false],
  ["192.0.2.1", ["10.0.0.0/8", "192.0.2.1"], true],
  ["::ffff:127.0.0.1", ["127.0.0.0/8"], false],
  ["0x7f.1", ["127.0.0.0/8"], false],
  ["2130706433", ["127.0.0.0/8"], false],
  ["localhost", ["127.0.0.0/8"], false],
  ["Localhost", ["localhost"], true],
  ["/run/a", ["/run/a"], true],
  ["/run/../run/a", ["/run/a"], false],
])("%s with %j listed: %s", (host, allowed, may) => {
  expect(mayConnect(host, allowed)).toBe(may);
});
