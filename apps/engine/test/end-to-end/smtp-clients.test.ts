/** Mail programs people really use, against a real listener. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, expect } from "vitest";
import { type ListenerUnderTest, startListener } from "../support/listener.ts";
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
