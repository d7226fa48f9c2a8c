/**
 * Two bad days, on the whole product (supervisor, two workers, PostgreSQL):
 *
 *   node apps/engine/bench/trouble.ts backscatter [messages]   unknown recipients, and forged senders whose mail is refused
 *                                                              after its 250: how many notices leave?
 *   node apps/engine/bench/trouble.ts full [megabytes]         the data folder on a small file system that is filled while
 *                                                              mail comes in, and emptied again (needs root, for the mount)
 *
 * Numbers go to standard output; what must not be ends the run with an error.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { createGateway, freePort } from "../test/support/gateway.ts";
import { startSink } from "../test/support/sink.ts";
import { greeted } from "../test/support/smtp-client.ts";

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const must = (holds: boolean, words: string): void => {
  if (!holds) throw new Error(words);
};

const Waiting = z.object({ rows: z.array(z.unknown()) });

const backscatter = async (count: number): Promise<void> => {
  const sink = await startSink();
  const port = await freePort();
  const gateway = await createGateway({ workers: 2 });
  await gateway.start();
  const script = (source: string): string =>
    `{ block: script, version: 1, config: { source: ${JSON.stringify(source)} } }`;
  await gateway.apply({
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\ndirectProcessing: false\nmaximumErrors: 1000000\nconnectionsPerMinute: 0\nmaximumConnectionsPerClient: 1000\noutboundTransport: out\n`,
    "transports/out.yaml": `destination: "127.0.0.1:${sink.port}"\n`,
    "flows/recipient/known.yaml": `kind: recipient\ntitle: Known\nentry: s\nnodes:\n  s: ${script('if ($recipient =~ "/^unknown/") Reject("No such user"); Accept();')}\n`,
    "flows/content/late.yaml": `kind: content\ntitle: Late\nentry: s\nnodes:\n  s: ${script('Reject("Spam");')}\n`,
    "domains/example.org.yaml": "transport: out\nrecipientFlow: known\ncontentFlow: late\n",
  });
  let sent = 0;
  let refused = 0;
  let taken = 0;
  const began = performance.now();
  const session = async (): Promise<void> => {
    const client = await greeted(port);
    while (sent < count) {
      const number = sent++;
      await client.say(`MAIL FROM:<victim${number}@forged.example>`);
      const isUnknown = number % 2 === 0;
      const reply = await client.say(
        `RCPT TO:<${isUnknown ? "unknown" : "known"}${number}@example.org>`,
      );
      if (isUnknown) {
        must(reply?.startsWith("550") === true, `an unknown recipient was answered ${reply}`);
        refused += 1;
        await client.say("RSET");
        continue;
      }
      await client.say("DATA");
      const receipt = await client.say(
        `From: x@forged.example\r\nSubject: ${number}\r\n\r\nx\r\n.`,
      );
      must(receipt?.startsWith("250") === true, `a known recipient was answered ${receipt}`);
      taken += 1;
    }
    client.end();
  };
  await Promise.all(Array.from({ length: 20 }, session));
  const seconds = (performance.now() - began) / 1000;
  for (;;) {
    const { stdout } = await gateway.cli(["queue", "list", "--json"]);
    if (Waiting.parse(JSON.parse(stdout)).rows.length === 0) break;
    await wait(500);
  }
  await wait(2000); // a notice that is on its way would have come
  say(
    `${count} messages in ${seconds.toFixed(0)} s: ${refused} recipients refused, ${taken} taken and refused later; notices sent: ${sink.messages.length}`,
  );
  await gateway.stop();
  await sink.close();
  must(sink.messages.length === 0, "notices went to forged senders");
};

const full = async (megabytes: number): Promise<void> => {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-small-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=755`, "tmpfs", folder]);
  chmodSync(folder, 0o755);
  process.env["TMPDIR"] = folder; // the gateway's data folder is made there
  const sink = await startSink();
  const port = await freePort();
  const gateway = await createGateway({ workers: 2 });
  const filler = path.join(folder, "filler");
  const fill = (leave: number): void => {
    const file = openSync(filler, "a");
    const block = Buffer.alloc(1_000_000);
    try {
      for (;;) {
        const { bavail, bsize } = statfsSync(folder);
        const room = bavail * bsize - leave;
        if (room <= 0) break;
        writeSync(file, block, 0, Math.min(room, block.length));
      }
    } catch {
      // no room is what was wanted
    }
    closeSync(file);
  };
  try {
    await gateway.start();
    await gateway.apply({
      "gateway.yaml": "minimumFreeMegabytes: 20\n",
      "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\nmaximumErrors: 1000000\nconnectionsPerMinute: 0\nmaximumConnectionsPerClient: 1000\n`,
      "transports/out.yaml": `destination: "127.0.0.1:${sink.port}"\n`,
      "domains/example.org.yaml": "transport: out\n",
    });
    const taken = new Set<string>();
    const answers = new Map<string, number>();
    let isOver = false;
    let number = 0;
    const body = `${"x".repeat(70)}\r\n`.repeat(100);
    const send = async (): Promise<void> => {
      while (!isOver) {
        try {
          const client = await greeted(port);
          for (let index = 0; index < 20 && !isOver; index++) {
            const id = String(number++);
            let reply = await client.say("MAIL FROM:<a@sender.example>");
            if (reply?.startsWith("250") === true)
              reply = (await client.sayAll("RCPT TO:<b@example.org>", "DATA"))[1] ?? null;
            if (reply?.startsWith("354") === true)
              reply = await client.say(`Subject: ${id}\r\n\r\n${body}.`);
            const words = (reply ?? "closed").slice(0, 9);
            answers.set(words, (answers.get(words) ?? 0) + 1);
            if (words.startsWith("250")) {
              taken.add(id);
              await wait(50); // what is sent must not be what fills it
            } else if (reply === null) break;
            else {
              await client.say("RSET");
              await wait(20);
            }
          }
          client.end();
        } catch {
          await wait(50);
        }
      }
    };
    const stage = async (words: string, seconds: number): Promise<void> => {
      answers.clear();
      await wait(seconds * 1000);
      const { bavail, bsize } = statfsSync(folder);
      const shown = [...answers].map(([reply, times]) => `${times} × ${reply}`).join(", ");
      say(`${words} (${Math.round((bavail * bsize) / 1e6)} MB free): ${shown}`);
      const bad = [...answers.keys()].filter((reply) => reply.startsWith("5"));
      must(bad.length === 0, `a full disk was answered ${bad.join()}`);
    };

    const senders = Array.from({ length: 10 }, send);
    await stage("with room", 3);
    fill(15_000_000);
    await stage("below the mark", 3);
    fill(0);
    await stage("not a byte left", 8);
    rmSync(filler);
    await stage("with room again", 10);
    must([...answers.keys()].includes("250 2.0.0"), "mail is not taken again");
    // and at once to nothing, without the mark's warning
    fill(0);
    await stage("full from one moment to the next", 8);
    rmSync(filler);
    await stage("with room again", 10);
    must([...answers.keys()].includes("250 2.0.0"), "mail is not taken again");
    isOver = true;
    await Promise.all(senders);
    const arrived = new Set<string>();
    let seen = 0;
    const missing = (): number => {
      for (; seen < sink.messages.length; seen++) {
        const text = sink.messages[seen]?.bytes.toString("latin1") ?? "";
        arrived.add(/^Subject: (\d+)/m.exec(text)?.[1] ?? "");
      }
      return [...taken].filter((id) => !arrived.has(id)).length;
    };
    const deadline = Date.now() + 120_000;
    while (missing() > 0 && Date.now() < deadline) await wait(1000);
    say(`${taken.size} receipts, ${sink.messages.length} messages arrived, ${missing()} missing`);
    must(missing() === 0, "mail that had its 250 is missing");
  } finally {
    rmSync(filler, { force: true });
    await gateway.stop();
    await sink.close();
    execFileSync("umount", [folder]);
    rmSync(folder, { recursive: true });
  }
};

const [mode, number] = process.argv.slice(2);
switch (mode) {
  case "backscatter":
    await backscatter(Number(number ?? 10_000));
    break;
  case "full":
    await full(Number(number ?? 600));
    break;
  default:
    say("Say which: backscatter or full.");
}
