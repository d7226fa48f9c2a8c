/** Mail programs people really use, against a real listener. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, expect } from "vitest";
import { makeChain } from "../support/certificate.ts";
import { fakeFlow, type ListenerUnderTest, startListener } from "../support/listener.ts";
import { requirePeer, testWithPeer } from "../support/peers.ts";

const run = promisify(execFile);
let listener: ListenerUnderTest | null = null;

afterEach(async () => {
  await listener?.close();
  listener = null;
});

const start = async (): Promise<ListenerUnderTest> => {
  listener = await startListener({
    settings: (port) => ({
      listeners: { inbound: { address: "127.0.0.1", port } },
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: { "example.test": { listener: "inbound", transport: "next" } },
    }),
  });
  return listener;
};

testWithPeer("swaks")("swaks delivers a message with an attachment, byte for byte", async () => {
  const { port, messages } = await start();
  await run(requirePeer("swaks"), [
    "--server",
    `127.0.0.1:${port}`,
    "--from",
    "a@client.example",
    "--to",
    "b@example.test",
    "--header",
    "Subject: Grüße",
    "--attach",
    "@/etc/hostname",
    "--silent",
    "2",
  ]);
  expect(messages).toHaveLength(1);
  expect(messages[0]?.bodies[0]).toMatch(
    /^Received: from \S+ \(\[127\.0\.0\.1\]\)\r\n\tby mx\.example\.test/,
  );
  expect(messages[0]?.acceptance.bodies[0]?.entries[0]?.recipient).toBe("b@example.test");
});

testWithPeer("msmtp", "openssl")(
  "msmtp verifies the certificate, signs in and sends, by STARTTLS and by TLS from the first byte",
  async () => {
    const chain = makeChain(["localhost"]);
    const folder = mkdtempSync(path.join(tmpdir(), "sluice-msmtp-"));
    writeFileSync(path.join(folder, "authority.pem"), chain.authority.certificate);
    try {
      for (const mode of ["required", "implicit"] as const) {
        const under = await startListener({
          settings: (port) => ({
            certificates: {
              main: { certificate: chain.server.certificate, privateKey: { secret: "stored" } },
            },
            listeners: {
              inbound: {
                address: "127.0.0.1",
                port,
                tls: { mode, certificates: ["main"] },
                authenticationFlow: "logins",
                outboundTransport: "next",
              },
            },
            transports: { next: { destination: "127.0.0.1:1" } },
          }),
          secrets: { "certificate/main/privateKey": chain.server.privateKey },
          flows: [fakeFlow("logins", "authentication")],
          runner: {
            authentication: (_flow, { userName, password }) => ({
              verdict:
                password === "right"
                  ? { kind: "accept", userName }
                  : { kind: "reject", text: "Wrong" },
              trace: null,
            }),
          },
        });
        const send = (password: string): Promise<string> =>
          new Promise((resolve) => {
            const child = execFile(
              requirePeer("msmtp"),
              [
                ...["--file=/dev/null", "--host=localhost", `--port=${under.port}`, "--tls=on"],
                ...[`--tls-starttls=${mode === "required" ? "on" : "off"}`, "--auth=plain"],
                ...["--user=anna", `--passwordeval=echo ${password}`],
                ...[`--tls-trust-file=${folder}/authority.pem`, "--from=anna@client.example"],
                "world@elsewhere.example",
              ],
              { timeout: 20_000 },
              (error, _stdout, stderr) => resolve(error === null ? "sent" : stderr),
            );
            child.stdin?.end("Subject: hi\n\n.dot\nhello\n");
          });
        try {
          expect(await send("right")).toBe("sent");
          expect(await send("wrong")).toMatch(/535 5\.7\.8 Wrong/);
          expect(under.messages).toHaveLength(1);
          expect(under.messages[0]?.bodies[0]).toMatch(
            /with ESMTPSA\r\n[\s\S]*Subject: hi\r\n\r\n\.dot\r\nhello\r\n$/,
          );
        } finally {
          await under.close();
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

testWithPeer("smtp-source")("smtp-source sends many over kept connections", async () => {
  const { port, messages } = await start();
  await run(requirePeer("smtp-source"), [
    "-s",
    "5",
    "-m",
    "200",
    "-d",
    "-l",
    "5000",
    "-f",
    "a@client.example",
    "-t",
    "b@example.test",
    `127.0.0.1:${port}`,
  ]);
  expect(messages).toHaveLength(200);
});

testWithPeer("python3")("python's smtplib sends 8-bit text and dots", async () => {
  const { port, messages } = await start();
  const script = `
import smtplib
c = smtplib.SMTP("127.0.0.1", ${port})
c.ehlo("client.example")
body = b"Subject: x\\r\\n\\r\\n.\\r\\n..two\\r\\nGr\\xc3\\xbc\\xc3\\x9fe\\r\\n"
c.sendmail("a@client.example", ["b@example.test"], body, mail_options=["BODY=8BITMIME"])
try:
  c.sendmail("a@client.example", ["b@elsewhere.example"], body)
except smtplib.SMTPRecipientsRefused as e:
  print(e.recipients["b@elsewhere.example"][0])
c.quit()
`;
  const { stdout } = await run(requirePeer("python3"), ["-c", script]);
  expect(stdout.trim()).toBe("550");
  expect(messages).toHaveLength(1);
  const body = messages[0]?.bodies[0] ?? "";
  expect(body.slice(body.indexOf("Subject: x"))).toBe(
    "Subject: x\r\n\r\n.\r\n..two\r\nGr\xc3\xbc\xc3\x9fe\r\n",
  );
});
