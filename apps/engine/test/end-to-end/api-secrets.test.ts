import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { loadSnapshotParts, snapshotStamp } from "../../src/store/load-snapshot.ts";
import { readSecretKey } from "../../src/store/secret-store.ts";
import { apiOfFile, procedures } from "./api-support.ts";

const { gateway, anna } = await apiOfFile();

const planted = "pl4nted-bind-password-7c1f";
const secret = { kind: "directory", id: "main", field: "bindPassword" } as const;

const plant = async (): Promise<void> => {
  const body = {
    servers: ["192.0.2.3:389"],
    bindDn: "cn=reader",
    bindPassword: { secret: "stored" },
  };
  await anna.api.settings.save.mutate({ kind: "directory", id: "main", body, version: null });
  await anna.api.secrets.set.mutate({ ...secret, value: planted });
};

const access = () => ({
  key: readSecretKey(path.join(gateway.dataFolder, "secret.key")),
  environmentVariable: (name: string) => gateway.variables.get(name),
});

test("a secret that is missing stops publishing, and says which", async () => {
  const body = { servers: ["192.0.2.3:389"], bindPassword: { secret: "stored" } };
  const directory = { kind: "directory", id: "empty" } as const;
  await anna.api.settings.save.mutate({ ...directory, body, version: null });
  expect(await anna.api.settings.problems.query()).toEqual([
    expect.objectContaining({ ...directory, rule: "secret-unset", field: ["bindPassword"] }),
  ]);
  await anna.api.settings.discard.mutate(directory);
});

test("a secret goes in, runs, and is shown by no procedure", async () => {
  await plant();
  await anna.api.settings.publish.mutate({ message: "A directory" });
  expect(await anna.api.secrets.state.query(secret)).toMatchObject({ set: true });
  const parts = await loadSnapshotParts(gateway.store, access());
  expect(parts.secrets.get("directory/main/bindPassword")).toBe(planted);

  const inputs: unknown[] = [
    undefined,
    {},
    secret,
    { kind: "directory" },
    { kind: "directory", id: "main" },
    { number: 2 },
    { from: 1, to: 2 },
  ];
  let answers = 0;
  for (const { path: name, type } of procedures) {
    if (type !== "query") continue;
    for (const input of inputs) {
      const query =
        input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
      const response = await anna.fetch(`${gateway.address}/trpc/${name}${query}`);
      const text = await response.text();
      if (response.ok) answers++;
      expect(text, name).not.toContain(planted);
      expect(text, name).not.toContain(Buffer.from(planted).toString("base64"));
    }
  }
  expect(answers).toBeGreaterThan(20);
});

test("it is in no table of the database in the clear", async () => {
  const { pool } = gateway.database;
  const { rows: tables } = await pool.query<{ name: string }>(
    "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  for (const { name } of tables) {
    const { rows } = await pool.query<{ found: boolean }>(
      `SELECT bool_or(strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0) AS found FROM ${name} t`,
      [planted, Buffer.from(planted).toString("hex")],
    );
    expect(rows[0]?.found ?? false, name).toBe(false);
  }
});

test("a ciphertext that is moved to another object does not open", async () => {
  const { pool } = gateway.database;
  const body = { servers: ["192.0.2.4:389"], bindPassword: { secret: "stored" } };
  await anna.api.settings.save.mutate({ kind: "directory", id: "mine", body, version: null });
  await anna.api.secrets.set.mutate({ ...secret, id: "mine", value: "my own" });
  await anna.api.settings.publish.mutate({ message: "Mine" });
  await pool.query(
    "UPDATE secret SET ciphertext = (SELECT ciphertext FROM secret WHERE object_id = 'main') WHERE object_id = 'mine'",
  );
  await expect(loadSnapshotParts(gateway.store, access())).rejects.toThrow("does not open");
  await anna.api.secrets.clear.mutate({ ...secret, id: "mine" });
});

test("a renamed object keeps its secret, and the live one keeps it too", async () => {
  await anna.api.settings.rename.mutate({ kind: "directory", id: "main", newId: "staff" });
  expect(await anna.api.secrets.state.query({ ...secret, id: "staff" })).toMatchObject({
    set: true,
  });
  const running = await loadSnapshotParts(gateway.store, access());
  expect(running.secrets.get("directory/main/bindPassword")).toBe(planted);
  await anna.api.settings.discard.mutate({});
});

test("a new value changes what running workers compare, a secret of the environment is read there", async () => {
  const before = await snapshotStamp(gateway.store);
  await anna.api.secrets.set.mutate({ ...secret, value: "another one" });
  expect(await snapshotStamp(gateway.store)).not.toBe(before);
  const { version } = await anna.api.settings.get.query({ kind: "directory", id: "main" });
  const body = { servers: ["192.0.2.3:389"], bindPassword: { secret: "env LDAP_PASSWORD" } };
  await anna.api.settings.save.mutate({ kind: "directory", id: "main", body, version });
  gateway.variables.set("LDAP_PASSWORD", "from outside");
  const { number } = (await anna.api.settings.revisions.query({})).rows[0] ?? { number: 0 };
  expect(number).toBeGreaterThan(0);
  const test_ = await anna.api.directories.test.mutate({ id: "main" });
  expect(test_.steps[0]?.text).toBe("12 characters");
});

test("the key is readable by its owner alone", () => {
  const file = path.join(gateway.dataFolder, "secret.key");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(Buffer.from(readFileSync(file, "utf8"), "base64")).toHaveLength(32);
});
