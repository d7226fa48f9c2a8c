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

/** Users sign in with the password "right", over TLS. */
const startWithSignIn = (
  mode: "required" | "implicit",
  chain: ReturnType<typeof makeChain>,
): Promise<ListenerUnderTest> =>
  startListener({
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
          password === "right" ? { kind: "accept", userName } : { kind: "reject", text: "Wrong" },
        trace: null,
      }),
    },
  });

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
        const under = await startWithSignIn(mode, chain);
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

testWithPeer("aiosmtplib", "openssl")(
  "aiosmtplib sends 8-bit text from many connections at once, by STARTTLS and by TLS, signed in and not",
  async () => {
    const chain = makeChain(["localhost"]);
    const folder = mkdtempSync(path.join(tmpdir(), "sluice-aiosmtplib-"));
    const authority = path.join(folder, "authority.pem");
    writeFileSync(authority, chain.authority.certificate);
    const python = async (script: string): Promise<string[]> =>
      (await run(requirePeer("python3"), ["-c", script])).stdout.trim().split("\n");
    const sends = `
import asyncio, ssl
import aiosmtplib
from email.message import EmailMessage
def mail(n):
  m = EmailMessage()
  m["From"] = "a@client.example"
  m["To"] = "b@example.test, c@example.test"
  m["Subject"] = f"Gr\\u00fc\\u00dfe {n}"
  m.set_content(".\\n..two\\nGr\\u00fc\\u00dfe\\n", cte="8bit")
  return m
`;
    try {
      const { port, messages } = await start();
      const plain = await python(`${sends}
async def main():
  async def one(n):
    async with aiosmtplib.SMTP("127.0.0.1", ${port}) as c:
      for k in range(3):
        errors, text = await c.send_message(mail(f"{n}.{k}"))
        assert errors == {}, errors
      try:
        await c.sendmail("a@client.example", ["b@elsewhere.example"], b"x")
      except aiosmtplib.SMTPRecipientsRefused as e:
        return e.recipients[0].code
  print(*await asyncio.gather(*[one(n) for n in range(8)]))
asyncio.run(main())
`);
      expect(plain).toEqual([Array(8).fill("550").join(" ")]);
      expect(messages).toHaveLength(24);
      for (const { acceptance, bodies } of messages) {
        expect(acceptance.bodies[0]?.entries.map(({ recipient }) => recipient)).toEqual([
          "b@example.test",
          "c@example.test",
        ]);
        expect(bodies[0]).toMatch(/\r\n\r\n\.\r\n\.\.two\r\nGr\xc3\xbc\xc3\x9fe\r\n$/);
      }
      for (const mode of ["required", "implicit"] as const) {
        const under = await startWithSignIn(mode, chain);
        try {
          const signedIn = await python(`${sends}
async def main():
  context = ssl.create_default_context(cafile="${authority}")
  for password in ["right", "wrong"]:
    how = {"hostname": "localhost", "port": ${under.port}, "username": "anna", "password": password, "tls_context": context}
    how["${mode === "required" ? "start_tls" : "use_tls"}"] = True
    try:
      await aiosmtplib.send(mail(password), **how)
      print("sent")
    except aiosmtplib.SMTPAuthenticationError as e:
      print(e.code, e.message)
asyncio.run(main())
`);
          expect(signedIn).toEqual(["sent", "535 5.7.8 Wrong"]);
          expect(under.messages).toHaveLength(1);
          expect(under.messages[0]?.bodies[0]).toMatch(/with ESMTPSA\r\n/);
        } finally {
          await under.close();
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
