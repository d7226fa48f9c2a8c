/** The disk of the gateway, with its spool and its PostgreSQL, is really full for a while: nothing that got 250 is lost. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { createGateway, freePort } from "../support/gateway.ts";
import { eventually } from "../support/queue-rig.ts";
import { startSink } from "../support/sink.ts";
import { SmtpClient } from "../support/smtp-client.ts";

type SmallDisk =
  | { readonly kind: "mounted"; readonly folder: string }
  | { readonly kind: "refused"; readonly why: string };

/** A file system of its own: nothing else is really full, and only a mount can be filled without harm to others. */
const mountSmall = (megabytes: number): SmallDisk => {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], {
      stdio: "pipe",
      encoding: "utf8",
    });
    chmodSync(folder, 0o755);
    return { kind: "mounted", folder };
  } catch (error) {
    rmSync(folder, { recursive: true });
    const { stderr } = error as { readonly stderr?: string };
    const why = (stderr ?? String(error)).trim();
    return {
      kind: "refused",
      why: `no file system can be mounted here (${why}): run it as root, or in a container with CAP_SYS_ADMIN`,
    };
  }
};

const small = mountSmall(600);

/** Takes all there is, to the last block. */
const fill = (file: string): void => {
  const { bavail, bsize } = statfsSync(path.dirname(file));
  for (const size of [bavail * bsize, 1024 * 1024, bsize]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(Math.max(size, bsize)), { flag: "a" });
    } catch {
      // less than this is left
    }
  }
};

/** The database begins a new file of its log; false: it does not answer. */
const switchLog = async (folder: string): Promise<boolean> => {
  const client = new pg.Client({
    host: folder,
    user: "sluice",
    database: "sluice",
    connectionTimeoutMillis: 2000,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("SELECT pg_logical_emit_message(false, '', 'x'); SELECT pg_switch_wal()");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
};

test("a full disk refuses mail for a while, keeps what was accepted, and mends itself", async (context) => {
  if (small.kind === "refused") {
    console.warn(`skipped: ${small.why}`); // the summary shows no reasons
    return context.skip(small.why);
  }
  const disk = small.folder;
  const sink = await startSink();
  const gateway = await createGateway({ workers: 2, folder: disk });
  const port = await freePort();
  const accepted = new Set<string>();
  const refusals: string[] = [];
  let count = 0;
  const send = async (bytes: number): Promise<boolean> => {
    count += 1;
    const id = `mail-${count}`;
    const client = new SmtpClient(port, { host: "127.0.0.1" });
    try {
      await client.reply();
      for (const line of ["EHLO client.example", "MAIL FROM:<a@client.example>"]) {
        const reply = await client.say(line);
        if (reply?.startsWith("250") !== true) throw new Error(reply ?? "the connection ended");
      }
      await client.say("RCPT TO:<b@example.test>");
      await client.say("DATA");
      const line = `${"x".repeat(76)}\r\n`;
      const reply = await client.say(
        `X-Ledger: ${id}\r\n\r\n${line.repeat(Math.ceil(bytes / line.length))}.`,
      );
      if (reply?.startsWith("250") !== true) throw new Error(reply ?? "the connection ended");
      accepted.add(id);
      return true;
    } catch (error) {
      refusals.push(error instanceof Error ? error.message : String(error));
      return false;
    } finally {
      client.end();
    }
  };
  try {
    await gateway.start();
    await gateway.apply({
      "gateway.yaml": "minimumFreeMegabytes: 0\n", // no mark that stops us before the disk does
      "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\n`,
      "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\nretryMinutes: [0.05]\n`,
      "domains/example.test.yaml": "listener: inbound\ntransport: sink\n",
    });
    await eventually(
      () => send(1000),
      (taken) => taken,
    );
    const filler = path.join(disk, "filler");
    fill(filler);
    refusals.length = 0;
    // what the database had set aside before lasts for a while
    await eventually(
      async () => {
        await Promise.all([send(300_000), send(300_000), send(4_000_000), send(2000)]);
        return refusals.length;
      },
      (refused) => refused > 40,
      120_000,
    );
    // and now its log needs a new file: the server cannot go on
    await eventually(
      () => switchLog(path.join(gateway.dataFolder, "run")),
      () => gateway.output().includes("PostgreSQL has stopped"),
      120_000,
    );
    const before = refusals.length;
    await eventually(
      async () => {
        await send(2000);
        return refusals.length - before;
      },
      (refused) => refused > 10,
      120_000,
    );
    expect(refusals.filter((reply) => !/^(?:4[0-9]{2} |the connection)/.test(reply))).toEqual([]);
    rmSync(filler);
    await eventually(
      () => send(300_000),
      (taken) => taken,
      60_000,
    );
    const arrived = (): ReadonlySet<string> =>
      new Set(
        sink.messages.map(
          ({ bytes }) => /X-Ledger: (\S+)/.exec(bytes.toString("latin1", 0, 2000))?.[1] ?? "",
        ),
      );
    await sink.until(() => accepted.isSubsetOf(arrived()), 120);
    expect(accepted.difference(arrived())).toEqual(new Set());
  } finally {
    await gateway.stop();
    await sink.close();
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  }
}, 300_000);
