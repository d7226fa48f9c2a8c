/**
 * What a message costs on a kept connection: our client against nodemailer's
 * SMTPConnection, 20 sessions, 5 kB each.
 *
 *   smtp-sink 127.0.0.1:22525 100 &
 *   node apps/engine/test/measure-smtp-client.ts ours 22525
 *   node apps/engine/test/measure-smtp-client.ts nodemailer 22525
 */
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { openConnection } from "../src/delivery/smtp-client.ts";

const [which = "ours", port = "22525", count = "20000"] = process.argv.slice(2);
const sessions = 20;
const body = Buffer.from(`Subject: x\r\n\r\n${`${"x".repeat(70)}\r\n`.repeat(69)}`);
const sender = "ann@example.com";
const recipient = "bob@example.org";
let left = 0;

const ours = async (): Promise<void> => {
  const client = await openConnection(
    { name: "localhost", address: "127.0.0.1", port: Number(port) },
    {
      helo: "gateway.test",
      protocol: "smtp",
      tls: { use: "never", verify: null },
      clientCertificate: null,
      sasl: null,
      authWithoutTls: false,
      sourceAddress: null,
      ...{ connectSeconds: 30, commandSeconds: 300, dataSeconds: 120 },
      ...{ transferSeconds: 180, finalSeconds: 600 },
    },
  );
  while (left-- > 0) {
    const { results } = await client.send({
      sender,
      recipients: [{ address: recipient, notify: null, orcpt: null }],
      body,
      size: body.length,
      ...{ eightBit: false, smtpUtf8: false, requireTls: false, ret: null, envid: null },
    });
    if (results[0]?.code !== 250) throw new Error(results[0]?.text);
  }
  client.close();
};

const theirs = async (): Promise<void> => {
  const connection = new SMTPConnection({ host: "127.0.0.1", port: Number(port), ignoreTLS: true });
  await new Promise<void>((resolve, reject) => {
    connection.once("error", reject);
    connection.connect(() => resolve());
  });
  while (left-- > 0) {
    await new Promise<void>((resolve, reject) =>
      connection.send({ from: sender, to: [recipient] }, body, (error) =>
        error ? reject(error) : resolve(),
      ),
    );
  }
  connection.quit();
};

const run = async (messages: number): Promise<void> => {
  left = messages;
  await Promise.all(Array.from({ length: sessions }, which === "ours" ? ours : theirs));
};
await run(2000); // warm
const cpu = process.cpuUsage();
const started = performance.now();
await run(Number(count));
const seconds = (performance.now() - started) / 1000;
const used = process.cpuUsage(cpu);
const perMessage = (used.user + used.system) / 1000 / Number(count);
process.stdout.write(
  `${which}: ${Math.round(Number(count) / seconds)} messages/s, ${perMessage.toFixed(3)} ms CPU each\n`,
);
