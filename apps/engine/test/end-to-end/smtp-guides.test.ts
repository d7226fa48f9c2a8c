/** The two guides, done as they are written: the settings are read from the pages, only addresses are ours. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect } from "vitest";
import { makeCertificate, type TestCertificate } from "../support/certificate.ts";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { requirePeer, testWithPeer } from "../support/peers.ts";
import { type Sink, startSink } from "../support/sink.ts";

const run = promisify(execFile);
const test = testWithPeer("swaks", "openssl", "python3");
const guides = path.resolve(import.meta.dirname, "../../../../docs/guides");

/** Blocks whose first line is `# a/path`. */
const filesOf = (guide: string): Record<string, string> =>
  Object.fromEntries(
    [
      ...readFileSync(path.join(guides, guide), "utf8").matchAll(
        /^```(?:yaml|text)\n# (\S+\/\S+)\n([\s\S]*?)^```$/gm,
      ),
    ].map(([, name = "", text = ""]) => [name, text]),
  );

let gateway: Gateway;
let sink: Sink;
let certificate: TestCertificate;
let inbound: number;
let submission: number;

beforeAll(async () => {
  certificate = makeCertificate(["gateway.example.org"]);
  process.env["SLUICE_KEY_OF_MAIN"] = certificate.privateKey;
  sink = await startSink();
  inbound = await freePort();
  submission = await freePort();
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
  const written = { ...filesOf("filter-inbound.md"), ...filesOf("send-outbound-with-sign-in.md") };
  expect(Object.keys(written)).toHaveLength(12);
  const indented = certificate.certificate.trim().replace(/^/gm, "  ");
  const ours = Object.entries(written).map(([name, text]): [string, string] => [
    name,
    text
      .replace("address: any", "address: 127.0.0.1")
      .replace("port: 25\n", `port: ${inbound}\n`)
      .replace("port: 587", `port: ${submission}`)
      .replace("192.0.2.10:25", `127.0.0.1:${sink.port}`)
      .replace("destination: lookup-mx", `destination: 127.0.0.1:${sink.port}`)
      .replace(/ {2}-----BEGIN[\s\S]*-----END CERTIFICATE-----/, indented),
  ]);
  await gateway.apply(Object.fromEntries(ours));
});

afterAll(async () => {
  delete process.env["SLUICE_KEY_OF_MAIN"];
  await gateway.stop();
  await sink.close();
});

const swaks = async (...args: readonly string[]): Promise<string> => {
  for (let tries = 0; ; tries++) {
    const output = await run(requirePeer("swaks"), args).then(
      ({ stdout }) => stdout,
      (error: { stdout?: string }) => error.stdout ?? "",
    );
    // the workers may not have heard of the new revision yet
    if (!/Connection refused|\*\*\* Error connecting/.test(output) || tries > 100) return output;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

test("mail for a known user arrives, mail for an unknown one is refused with the flow's words", async () => {
  const known = await swaks(
    "--server",
    `127.0.0.1:${inbound}`,
    "--from",
    "you@example.com",
    "--to",
    "anna@example.net",
  );
  expect(known).toMatch(/250 2\.0\.0 [0-9a-f-]{36} accepted/);
  await sink.until((messages) =>
    messages.some(({ recipients }) => recipients.includes("anna@example.net")),
  );
  const unknown = await swaks(
    "--server",
    `127.0.0.1:${inbound}`,
    "--from",
    "you@example.com",
    "--to",
    "nobody@example.org",
  );
  expect(unknown).toMatch(/550 5\.7\.1 No such user \([0-9a-f-]{36}\)/);
  const foreign = await swaks(
    "--server",
    `127.0.0.1:${inbound}`,
    "--from",
    "you@example.com",
    "--to",
    "you@example.com",
  );
  expect(foreign).toMatch(/550 5\.7\.1 Relaying denied/);
});

/** What python's smtplib hears last, with and without TLS and a password. */
const submit = async (options: { tls: boolean; password?: string }): Promise<string> => {
  const script = `
import smtplib, ssl
c = smtplib.SMTP("127.0.0.1", ${submission})
try:
  c.ehlo("printer.example.org")
  if ${options.tls ? "True" : "False"}:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    c.starttls(context=context)
    c.ehlo("printer.example.org")
  password = "${options.password ?? ""}"
  if password:
    c.login("printer", password)
  print(c.mail("printer@example.org"))
  print(c.rcpt("you@example.com"))
  print(c.data(b"Subject: toner\\r\\n\\r\\nempty\\r\\n"))
except smtplib.SMTPException as e:
  print(type(e).__name__, e)
`;
  return (await run(requirePeer("python3"), ["-c", script])).stdout;
};

test("a signed-in user sends to the world; a wrong password, no sign-in and no TLS do not", async () => {
  expect(await submit({ tls: true, password: "wrong" })).toMatch(
    /SMTPAuthenticationError \(535, b'5\.7\.8/,
  );
  expect(await submit({ tls: true })).toMatch(/\(550, b'5\.7\.1 Relaying denied/);
  expect(await submit({ tls: false })).toMatch(/\(530, b'5\.7\.0 Begin with STARTTLS/);
  expect(await submit({ tls: false, password: "a-long-password" })).toMatch(
    /SMTPNotSupportedError/,
  );
  expect(await submit({ tls: true, password: "a-long-password" })).toMatch(
    /\(250, b'2\.0\.0 [0-9a-f-]{36} accepted'\)/,
  );
  const toWorld = () =>
    sink.messages.filter(({ recipients }) => recipients.includes("you@example.com"));
  await sink.until(() => toWorld().length > 0);
  expect(toWorld()).toHaveLength(1);
});
