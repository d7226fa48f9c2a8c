/** Commits that may have failed are no acceptance (451), a full disk is 452, and both end by themselves. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { GatewayError } from "../../src/errors.ts";
import { watchStorage } from "../../src/queue/check-storage.ts";
import type { Acceptance } from "../../src/queue/queue-entry.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually, type QueueRig, startQueueRig } from "../support/queue-rig.ts";
import { startSink } from "../support/sink.ts";

let database: TestDatabase;
const rigs: QueueRig[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
  await database.pool.query(
    "DROP TRIGGER IF EXISTS doubt ON mail_body; TRUNCATE queue_entry, mail_body",
  );
});

const start = async (
  more: Partial<Parameters<typeof startQueueRig>[0]> = {},
): Promise<QueueRig> => {
  const transports = { internal: { destination: "127.0.0.1:9", paused: true } };
  const rig = await startQueueRig({ database, transports, ...more });
  rigs.push(rig);
  return rig;
};

/** What happens when a body's transaction commits. */
const atCommit = (statement: string): Promise<unknown> =>
  database.pool.query(
    `CREATE OR REPLACE FUNCTION doubt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${statement}; RETURN NULL; END $$;
     CREATE CONSTRAINT TRIGGER doubt AFTER INSERT ON mail_body DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION doubt()`,
  );

const refusal = async (accepted: Promise<unknown>): Promise<string> => {
  try {
    await accepted;
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
  return "accepted";
};

const stored = async (): Promise<number> => {
  const { rows } = await database.pool.query<{ count: string }>(
    "SELECT count(*) AS count FROM mail_body",
  );
  return Number(rows[0]?.count);
};

test.each(["01000", "57P01"])(
  "a commit with a notice of class %s is not an acceptance",
  async (code) => {
    const rig = await start();
    await atCommit(`RAISE WARNING 'the standby did not confirm' USING ERRCODE = '${code}'`);
    expect(await refusal(rig.accept())).toBe("STORAGE_UNSURE");
    expect(await stored()).toBe(1); // it is there all the same: twice is better than never
  },
);

test("a commit that is not answered in time is not an acceptance", async () => {
  const rig = await start({ commitMilliseconds: 200 });
  const client = await database.pool.connect();
  await client.query("BEGIN; LOCK TABLE mail_body IN ACCESS EXCLUSIVE MODE");
  expect(await refusal(rig.accept())).toBe("STORAGE_UNSURE");
  await client.query("COMMIT");
  client.release();
});

test("a connection that is lost in the commit is not an acceptance, and the next message is taken", async () => {
  const rig = await start();
  const client = await database.pool.connect();
  await client.query("BEGIN; LOCK TABLE mail_body IN ACCESS EXCLUSIVE MODE");
  const pending = refusal(rig.accept());
  await eventually(
    async () => {
      // not the client that holds the lock: inside a transaction the list of sessions does not change
      const { rowCount } = await database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rowCount ?? 0;
    },
    (ended) => ended > 0,
  );
  await client.query("COMMIT");
  client.release();
  expect(await pending).toBe("STORAGE_UNSURE");
  expect(await refusal(rig.accept())).toBe("accepted");
});

test("a full disk: 452 for some seconds, then one message tries again", async () => {
  let now = 0;
  const rig = await start({ monotonic: () => now });
  await atCommit("RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'");
  expect(await refusal(rig.accept())).toBe("STORAGE_FULL");
  expect(rig.commit.storageState()).toBe("full");
  now = 5000;
  expect(rig.commit.storageState()).toBe("ready");
  await database.pool.query("DROP TRIGGER doubt ON mail_body");
  expect(await refusal(rig.accept())).toBe("accepted");
});

test("one message that cannot be stored takes no other with it", async () => {
  const rig = await start();
  const answers = await Promise.all([
    refusal(rig.accept()),
    refusal(rig.accept({ clientAddress: "no address" })),
    refusal(rig.accept()),
  ]);
  expect(answers).toEqual(["accepted", "INTERNAL", "accepted"]);
  expect(await stored()).toBe(2);
});

test("too little free space refuses mail until a quarter more is free, and says so once", async () => {
  let megabytes = 99;
  const said: string[] = [];
  const watch = watchStorage({
    pool: database.pool,
    folder: "/data",
    limits: () => ({ minimumFreeMegabytes: 100, incomingLimit: 10 }),
    report: (text) => said.push(text),
    freeBytes: async () => megabytes * 1_000_000,
  });
  const states: string[] = [];
  for (megabytes of [100, 99, 101, 124, 125, 100]) {
    await watch.look();
    states.push(watch.state({ directProcessing: true }));
  }
  watch.close();
  expect(states).toEqual(["ready", "full", "full", "full", "ready", "ready"]);
  expect(said).toHaveLength(2);
});

test("too much that waits for its content flow refuses mail for that queue alone, until a fifth is gone", async () => {
  const watch = watchStorage({
    pool: database.pool,
    folder: "/data",
    limits: () => ({ minimumFreeMegabytes: 0, incomingLimit: 10 }),
    report: () => {},
    freeBytes: async () => 1e12,
  });
  const state = async (waiting: number): Promise<string> => {
    await database.pool.query("TRUNCATE queue_entry");
    await database.pool.query(
      `INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at,
         revision, next_attempt_at, envelope)
       SELECT n, gen_random_uuid(), gen_random_uuid(), 'incoming', '', 'a@example.org', 1, now(), 1, now(), '{}'
       FROM generate_series(1, $1) AS n`,
      [waiting],
    );
    await watch.look();
    expect(watch.state({ directProcessing: true })).toBe("ready");
    return watch.state({ directProcessing: false });
  };
  const states = [await state(9), await state(10), await state(9), await state(8), await state(7)];
  watch.close();
  expect(states).toEqual(["ready", "full", "full", "full", "ready"]);
});

test("results that cannot be written are kept, and written when the database answers again", async () => {
  const sink = await startSink();
  const transports = {
    internal: { destination: `127.0.0.1:${sink.port}`, tls: { mode: "none" as const } },
  };
  const rig = await start({ transports });
  await eventually(
    () => rig.dispatcher.reserve(0, ["internal"]).size,
    (size) => size === 1,
  );
  await database.pool.query(
    `CREATE FUNCTION no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       RAISE EXCEPTION 'the server goes down' USING ERRCODE = '57P03'; END $$;
     CREATE TRIGGER no_delete BEFORE DELETE ON queue_entry FOR EACH ROW EXECUTE FUNCTION no_delete()`,
  );
  const { sha256 } = await rig.accept();
  await eventually(
    () => rig.reports,
    (reports) => reports.some((text) => text.includes("could not be written yet")),
  );
  await database.pool.query("DROP TRIGGER no_delete ON queue_entry; DROP FUNCTION no_delete()");
  await eventually(stored, (left) => left === 0);
  expect(sink.messages.filter((message) => message.sha256 === sha256)).toHaveLength(1);
  for (const one of rigs.splice(0)) await one.close();
  await sink.close();
});

test("a burst that began before the mark was reached stops at it, with two workers beside each other", async () => {
  await database.pool.query("TRUNCATE queue_entry");
  const limit = 100;
  const watchOne = () =>
    watchStorage({
      pool: database.pool,
      folder: "/data",
      limits: () => ({ minimumFreeMegabytes: 0, incomingLimit: limit }),
      workers: 2,
      report: () => {},
      freeBytes: async () => 1e12,
      milliseconds: 1e9,
    });
  const watches = [watchOne(), watchOne()];
  let id = 0;
  const insert = async (): Promise<void> => {
    id += 1;
    await database.pool.query(
      `INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at,
         revision, next_attempt_at, envelope)
       VALUES ($1, gen_random_uuid(), gen_random_uuid(), 'incoming', '', 'a@example.org', 1, now(), 1, now(), '{}')`,
      [id],
    );
  };
  const acceptance = (queue: "incoming" | "outgoing") =>
    ({ bodies: [{ entries: [{ queue }] }] }) as unknown as Acceptance;
  const burst = (): Promise<string[]> =>
    Promise.all(
      watches.flatMap((watch) => {
        const accept = watch.guarded(insert);
        return Array.from({ length: 300 }, () => refusal(accept(acceptance("incoming"))));
      }),
    );
  const answers = await burst();
  const accepted = answers.filter((answer) => answer === "accepted").length;
  expect(accepted).toBeGreaterThanOrEqual(limit);
  expect(accepted).toBeLessThanOrEqual(limit * 1.2);
  expect(new Set(answers)).toEqual(new Set(["accepted", "STORAGE_FULL"]));
  expect(watches.map((watch) => watch.state({ directProcessing: false }))).toEqual([
    "full",
    "full",
  ]);
  for (const watch of watches) {
    // mail that waits for nothing is none of its business
    expect(await refusal(watch.guarded(async () => {})(acceptance("outgoing")))).toBe("accepted");
    watch.close();
  }
});
