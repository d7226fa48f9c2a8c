/** A gateway is backed up while mail flows, and comes back in a fresh data folder; what is damaged changes nothing. */
import { createHash, randomUUID } from "node:crypto";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTables } from "../../src/backup/catalogue.ts";
import { connectionOptions, type DatabaseAddress } from "../../src/database/connection.ts";
import { embeddedAddress } from "../../src/database/embedded-postgres.ts";
import { ownUser } from "../../src/database/system-user.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { eventually } from "../support/queue-rig.ts";
import { type Sink, startSink } from "../support/sink.ts";
import { SmtpClient } from "../support/smtp-client.ts";

let folder: string;
let sink: Sink;
let first: Gateway;
let port: number;
const file = (name: string): string => path.join(folder, name);

const withClient = async <T>(
  address: DatabaseAddress,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const client = new pg.Client(connectionOptions(address));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};
const addressOf = (gateway: Gateway): DatabaseAddress =>
  embeddedAddress(gateway.dataFolder, ownUser());

/** Table → a digest of its rows; queue entries without what a restore changes. */
const digests = (address: DatabaseAddress): Promise<Map<string, string>> =>
  withClient(address, async (client) => {
    const found = new Map<string, string>();
    const own = ["queue_entry", "audit_entry", "user_session", "setup_code", "_prisma_migrations"];
    for (const { name } of await readTables(client)) {
      if (own.includes(name) || name.startsWith("worker_")) continue;
      const { rows } = await client.query<{ row: string }>(
        `SELECT t::text AS row FROM ${pg.escapeIdentifier(name)} t ORDER BY 1`,
      );
      const text = rows.map(({ row }) => row).join("\n");
      found.set(name, `${rows.length} ${createHash("sha256").update(text).digest("hex")}`);
    }
    return found;
  });

const send = async (subject: string, recipient: string, bytes: number): Promise<void> => {
  const client = new SmtpClient(port);
  await client.reply();
  for (const line of [
    "EHLO client.example",
    "MAIL FROM:<ann@client.example>",
    `RCPT TO:<${recipient}>`,
    "DATA",
  ])
    await client.say(line);
  const line = `${"x".repeat(70)}\r\n`;
  const text = line.repeat(Math.ceil(bytes / line.length));
  expect(await client.say(`Subject: ${subject}\r\n\r\n${text}.`)).toMatch(/^250/);
  client.socket.destroy();
};
const delivered = (text: string): boolean =>
  sink.messages.some(({ bytes }) => bytes.includes(text));

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sluice-backup-"));
  sink = await startSink();
  port = await freePort();
  const nobody = await freePort();
  first = await createGateway({ workers: 1 });
  await first.start();
  await first.cli(["user", "add", "otto", "--role", "operator"], "a long pass phrase\n");
  await first.apply({
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\n`,
    "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\n`,
    "transports/nobody.yaml": `destination: "127.0.0.1:${nobody}"\nretryMinutes: [60]\n`,
    "domains/example.test.yaml": "listener: inbound\ntransport: sink\n",
    "domains/waits.test.yaml": "listener: inbound\ntransport: nobody\n",
    "files/words.yaml": "name: words.txt\n",
    "files/content/words.txt": "a\tb\\.\r\n\\.\n\u0000ü",
  });
  await withClient(addressOf(first), async (client) => {
    await client.query(
      "INSERT INTO secret (kind, object_id, field, ciphertext, updated_by) VALUES ('transport', 'sink', 'password', '\\x00010aff', 'test')",
    );
    await client.query(
      "UPDATE user_account SET totp_secret = '\\x01', totp_since = now() WHERE name = 'otto'",
    );
  });
});
afterAll(async () => {
  await first.stop();
  await sink.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Only the message to nobody is left, and it was tried. */
const isSettled = (): Promise<boolean> =>
  withClient(addressOf(first), async (client) => {
    const { rows } = await client.query<{ settled: boolean }>(
      "SELECT count(*) = 1 AND bool_and(attempts > 0 AND lease_epoch IS NULL) AS settled FROM queue_entry",
    );
    return rows[0]?.settled ?? false;
  });

test("what is there while mail flows is one snapshot: each entry has its body and its history", async () => {
  await send("waits", "bob@waits.test", 3_000_000);
  let isOver = false;
  const load = async (): Promise<void> => {
    for (let count = 0; !isOver; count++) await send(`load ${count}`, "bob@example.test", 5000);
  };
  const senders = [load(), load(), load()];
  await sink.until((messages) => messages.length > 20);
  const made = await first.cli(["backup", file("under-load"), "--json"]);
  isOver = true;
  await Promise.all(senders);
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(made.stdout)).toMatchObject({ withKey: false, rows: { user_account: 1 } });
  expect(statSync(file("under-load")).mode & 0o777).toBe(0o600);
  expect(readFileSync(file("under-load")).toString("latin1")).toMatch(/^Sluice backup, layout 1\./);

  const target = await createTestDatabase();
  try {
    const restored = await restoreInto(target, [file("under-load"), "--without-secrets"]);
    expect(restored.stderr).toBe("");
    const { rows } = await target.pool.query(`SELECT
      (SELECT count(*) FROM queue_entry e WHERE NOT EXISTS (SELECT FROM mail_body b WHERE b.body_id = e.body_id)) AS bodiless,
      (SELECT count(*) FROM queue_entry e WHERE NOT EXISTS (SELECT FROM mail_history h WHERE h.message_id = e.message_id)) AS unheard,
      (SELECT count(*) FROM mail_history) > 20 AS history,
      (SELECT count(*) FROM secret) AS secrets,
      (SELECT count(totp_secret) FROM user_account) AS factors`);
    expect(rows).toEqual([
      { bodiless: "0", unheard: "0", history: true, secrets: "0", factors: "0" },
    ]);
  } finally {
    await target.drop();
  }
});

test("a fresh data folder becomes the gateway that was backed up, with what waited on hold", async () => {
  await eventually(isSettled, (settled) => settled, 60_000);
  await first.cli(["queue", "pause", "all"]);
  const made = await first.cli(["backup", file("whole"), "--with-key"]);
  expect(made.stdout).toContain("whoever has the backup has every secret");
  const before = await digests(addressOf(first));

  const second = await createGateway({ workers: 1 });
  try {
    const restored = await second.cli(["restore", file("whole")]);
    expect(restored.stderr).toBe("");
    expect(restored.stdout).toContain("1 queue entries are on hold");
    expect(readFileSync(path.join(second.dataFolder, "secret.key"), "utf8")).toBe(
      readFileSync(path.join(first.dataFolder, "secret.key"), "utf8"),
    );
    await first.killAll(); // its port is free for the second
    await second.start();
    const after = await digests(addressOf(second));
    for (const [name, digest] of before) {
      if (["log_line", "flow_activity", "mta_sts_policy"].includes(name)) continue; // they go on being written
      expect([name, after.get(name)]).toEqual([name, digest]);
    }
    const list = await second.cli(["queue", "list", "reply:restore", "--json"]);
    expect(JSON.parse(list.stdout).rows).toMatchObject([
      { queue: "hold", recipient: "bob@waits.test" },
    ]);
    expect((await second.cli(["status"])).stdout).toContain("Revision 2,");
    await second.cli(["queue", "resume", "all"]);
    await send("after the restore", "bob@example.test", 100); // queue ids and epochs go on
    await sink.until(() => delivered("after the restore"), 60);
    const used = await second.cli(["restore", file("whole"), "--replace"]);
    expect(used).toMatchObject({ code: 1, stderr: expect.stringContaining("runs already") });
  } finally {
    await second.stop();
    await first.start();
  }
});

const restoreInto = (target: TestDatabase, args: readonly string[]) =>
  cliAt(target, ["restore", ...args]);

/** The command line with DATABASE_URL, and no gateway. */
const cliAt = async (
  target: TestDatabase,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> => {
  if (target.address.kind !== "socket") throw new Error("a socket");
  const { folder: host, port: number, database, user } = target.address;
  const url = `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}&port=${number}`;
  const idle = await target.pool.connect(); // the pool's own connections are of a gateway, by their name
  idle.release(true);
  const gateway = await createGateway({ databaseUrl: url });
  try {
    return await gateway.cli(args);
  } finally {
    await gateway.stop();
  }
};
const names = async ({ pool }: TestDatabase): Promise<unknown> =>
  (await pool.query("SELECT name FROM user_account UNION ALL SELECT message FROM revision")).rows;

test("a backup that is cut, changed or of another version restores nothing", async () => {
  await first.cli(["backup", file("sound"), "--with-key"]);
  const sound = readFileSync(file("sound"));
  const target = await createTestDatabase();
  try {
    await target.pool.query(
      "INSERT INTO user_account (id, name, role, password_hash) VALUES ($1, 'here', 'auditor', '')",
      [randomUUID()],
    );
    const bad = async (bytes: Uint8Array, why: RegExp): Promise<void> => {
      writeFileSync(file("bad"), bytes);
      const result = await restoreInto(target, [file("bad"), "--replace"]);
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(why);
      expect(await names(target)).toEqual([{ name: "here" }]);
    };
    for (const part of [0.01, 0.5, 0.99]) {
      await bad(sound.subarray(0, Math.floor(sound.length * part)), /damaged|no backup/);
    }
    await bad(sound.subarray(0, sound.length - 1), /damaged/);
    const changed = Buffer.from(sound);
    changed[Math.floor(sound.length / 2)] = (changed[Math.floor(sound.length / 2)] ?? 0) ^ 1;
    await bad(changed, /damaged/);
    await bad(Buffer.from("Subject: no backup\r\n"), /is no backup of Sluice/);
    const newer = Buffer.from(sound.toString("latin1").replace("layout 1", "layout 2"), "latin1");
    await bad(newer, /newer Sluice/);
    await withClient(addressOf(first), (client) =>
      client.query(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '29991231_later', now())",
      ),
    );
    await first.cli(["backup", file("later")]);
    await withClient(addressOf(first), (client) =>
      client.query("DELETE FROM _prisma_migrations WHERE id = 'x'"),
    );
    await bad(readFileSync(file("later")), /another Sluice.*29991231_later/);
  } finally {
    await target.drop();
  }
});

test("a backup of an older version gets the migrations that came later", async () => {
  const [old, target] = [await createTestDatabase(), await createTestDatabase()];
  try {
    await old.pool.query(
      "DELETE FROM _prisma_migrations WHERE migration_name LIKE '%second_factor'",
    );
    await old.pool.query(`ALTER TABLE user_account DROP COLUMN totp_secret, DROP COLUMN totp_since, DROP COLUMN totp_step;
      ALTER TABLE user_session DROP COLUMN proven_at`);
    await old.pool.query(
      "INSERT INTO user_account (id, name, role, password_hash) VALUES ($1, 'from before', 'auditor', '')",
      [randomUUID()],
    );
    const made = await cliAt(old, ["backup", file("older")]);
    expect(made).toMatchObject({ code: 0, stderr: "" });
    const restored = await cliAt(target, ["restore", file("older")]);
    expect(restored.stderr).toBe("");
    expect(restored.stdout).toMatch(/Migrations applied: \d+_second_factor\n/);
    const { rows } = await target.pool.query("SELECT name, totp_step FROM user_account");
    expect(rows).toEqual([{ name: "from before", totp_step: 0 }]);
  } finally {
    await old.drop();
    await target.drop();
  }
});

test("a database with something of its own is left alone, unless it is to be replaced", async () => {
  await first.cli(["backup", file("again"), "--without-history"]);
  const target = await createTestDatabase();
  try {
    await target.pool.query(
      "INSERT INTO user_account (id, name, role, password_hash) VALUES ($1, 'here', 'auditor', '')",
      [randomUUID()],
    );
    const used = await target.pool.connect();
    const busy = await restoreInto(target, [file("again"), "--replace"]);
    expect(busy).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("in use (sluice test)"),
    });
    used.release(true);
    const refused = await restoreInto(target, [file("again")]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("has users of its own"),
    });
    const keyless = await restoreInto(target, [file("again"), "--replace"]);
    expect(keyless.stderr).toContain("encrypted with another key file");
    expect(await names(target)).toEqual([{ name: "here" }]);
    const replaced = await restoreInto(target, [file("again"), "--replace", "--without-secrets"]);
    expect(replaced.stderr).toBe("");
    expect(await names(target)).toContainEqual({ name: "otto" });
    const { rows } = await target.pool.query("SELECT FROM mail_history");
    expect(rows).toEqual([]);
    const { rows: entries } = await target.pool.query("SELECT queue FROM queue_entry");
    expect(entries).toEqual([{ queue: "hold" }]);
  } finally {
    await target.drop();
  }
});

test("a backup overwrites nothing but a backup, and leaves no half file", async () => {
  writeFileSync(file("letter.txt"), "Dear Ann\n");
  const refused = await first.cli(["backup", file("letter.txt")]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("is no backup") });
  expect(readFileSync(file("letter.txt"), "utf8")).toBe("Dear Ann\n");
  copyFileSync(file("whole"), file("old"));
  expect(await first.cli(["backup", file("old"), "--without-history"])).toMatchObject({ code: 0 });
  expect(statSync(file("old")).size).not.toBe(statSync(file("whole")).size);
  expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
});
