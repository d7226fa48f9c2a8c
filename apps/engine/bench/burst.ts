/**
 * How fast a burst is accepted by a listener without direct processing, with content
 * flows of different cost behind it:
 *
 *   node apps/engine/bench/burst.ts [messages] [sessions]
 *
 * The flow runs after 250, so its cost should not show in the rate.
 */
import { createGateway, freePort } from "../test/support/gateway.ts";
import { startSink } from "../test/support/sink.ts";
import { SmtpClient } from "../test/support/smtp-client.ts";

const [messages = 2000, sessions = 20] = process.argv.slice(2).map(Number);

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const body = `Subject: x\r\n\r\n${`${"x".repeat(98)}\r\n`.repeat(50)}.`;

/** Messages accepted a second, and the worst reply time after the dot. */
const burst = async (port: number): Promise<{ rate: number; worst: number }> => {
  let left = messages;
  let worst = 0;
  const began = performance.now();
  const session = async (): Promise<void> => {
    const client = new SmtpClient(port, { host: "127.0.0.1" });
    await client.reply();
    await client.say("EHLO client.example");
    while (left-- > 0) {
      client.send("MAIL FROM:<a@sender.example>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n");
      for (let index = 0; index < 3; index++) await client.reply();
      const sent = performance.now();
      const reply = await client.say(body);
      worst = Math.max(worst, performance.now() - sent);
      if (reply?.startsWith("250") !== true) throw new Error(`not taken: ${reply}`);
    }
    client.end();
  };
  await Promise.all(Array.from({ length: sessions }, session));
  return { rate: messages / ((performance.now() - began) / 1000), worst };
};

const script = (source: string): string =>
  `kind: content\ntitle: Burst\nentry: s\nnodes:\n  s: { block: script, version: 1, config: { source: ${JSON.stringify(source)} } }\n`;

const flows: Readonly<Record<string, string>> = {
  "no work": "Deliver();",
  "a look-up that takes its time": 'dns("nobody.example", ["127.0.0.1:9"], 1); Deliver();',
  "work of the processor": "$i = 0; while ($i < 200000) $i += 1; Deliver();",
};

const sink = await startSink();
for (const [words, source] of Object.entries(flows)) {
  const gateway = await createGateway({ workers: 2 });
  await gateway.start();
  const port = await freePort();
  await gateway.apply({
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\ndirectProcessing: false\n`,
    "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\n`,
    "flows/content/burst.yaml": script(source),
    "domains/example.org.yaml": "transport: sink\ncontentFlow: burst\n",
  });
  const { rate, worst } = await burst(port);
  const arrived = sink.messages.length;
  say(`${rate.toFixed(0)} accepted a second, slowest reply ${worst.toFixed(0)} ms: ${words}`);
  const waited = performance.now();
  while (sink.messages.length < arrived + 1 && performance.now() - waited < 30_000)
    await new Promise((resolve) => setTimeout(resolve, 100));
  await gateway.stop();
}
await sink.close();
