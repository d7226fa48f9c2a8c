import { expect, test } from "vitest";
import { acceptUsers, apiOfFile, refusal } from "./api-support.ts";

const { gateway, anna } = await apiOfFile();

const publish = (message: string) => anna.api.settings.publish.mutate({ message });

test("a new gateway has a listener, a quarantine, no domain, and nothing to publish", async () => {
  const names = async (kind: "listener" | "quarantine" | "domain") =>
    (await anna.api.settings.list.query({ kind })).map(({ id, state }) => `${id} ${state}`);
  expect(await names("listener")).toEqual(["inbound live"]);
  expect(await names("quarantine")).toEqual(["default live"]);
  expect(await names("domain")).toEqual([]);
  expect(await anna.api.settings.changes.query()).toEqual([]);
  expect(await anna.api.settings.problems.query()).toEqual([]);
  expect((await refusal(publish("nothing"))).code).toBe("INVALID");
});

test("a setting that a newer version adds is no change of the draft", async () => {
  const { pool } = gateway.database;
  const take = (field: string) =>
    pool.query("UPDATE draft_object SET body = body - $1 WHERE kind = 'listener'", [field]);
  await take("longLines");
  expect(await anna.api.settings.changes.query()).toEqual([]);
  expect((await anna.api.settings.list.query({ kind: "listener" }))[0]?.state).toBe("live");
  await pool.query(
    "UPDATE draft_object SET body = body || '{\"longLines\": \"accept\"}' WHERE kind = 'listener'",
  );
});

test("an object is made, changed and published; each step is seen in its state", async () => {
  const transport = { kind: "transport", id: "internal" } as const;
  const state = async () => (await anna.api.settings.get.query(transport)).state;
  const body = { destination: "192.0.2.10:25" };
  const made = await anna.api.settings.save.mutate({ ...transport, body, version: null });
  expect(await state()).toBe("new");
  const { revision } = await publish("A transport");
  expect(revision).toBe(2);
  expect(await state()).toBe("live");
  const { version } = await anna.api.settings.get.query(transport);
  expect(version).toBe(made.version);
  await anna.api.settings.save.mutate({
    ...transport,
    body: { destination: "192.0.2.11:25" },
    version,
  });
  expect(await state()).toBe("changed");
  expect(await anna.api.settings.changes.query()).toEqual([
    {
      ...transport,
      change: "changed",
      fields: [{ path: ["destination"], before: "192.0.2.10:25", after: "192.0.2.11:25" }],
    },
  ]);
  await anna.api.settings.discard.mutate(transport);
  expect(await state()).toBe("live");
});

test("who saves over somebody else's change gets both versions, and nothing is overwritten", async () => {
  const directory = { kind: "directory", id: "main" } as const;
  const body = (base: string) => ({ servers: ["192.0.2.3:389"], base });
  const { version } = await anna.api.settings.save.mutate({
    ...directory,
    body: body("dc=first"),
    version: null,
  });
  await anna.api.settings.save.mutate({ ...directory, body: body("dc=theirs"), version });
  const stale = anna.api.settings.save.mutate({ ...directory, body: body("dc=mine"), version });
  expect(await refusal(stale)).toMatchObject({
    code: "CONFLICT",
    detail: {
      mine: { base: "dc=mine" },
      theirs: { body: { base: "dc=theirs" }, updatedBy: "anna" },
    },
  });
  const kept = await anna.api.settings.get.query(directory);
  expect(kept.body).toMatchObject({ base: "dc=theirs" });
  const again = anna.api.settings.save.mutate({ ...directory, body: body("dc=x"), version: null });
  expect((await refusal(again)).code).toBe("CONFLICT");
});

test("a version of an object that was removed and made again is stale", async () => {
  const file = { kind: "quarantine", id: "spam" } as const;
  const save = (title: string, version: number | null) =>
    anna.api.settings.save.mutate({ ...file, body: { title }, version });
  const first = await save("One", null);
  await anna.api.settings.remove.mutate({ ...file, version: first.version });
  const second = await save("Two", null);
  expect(second.version).not.toBe(first.version);
  expect((await refusal(save("Three", first.version))).code).toBe("CONFLICT");
});

test("ten people who save at once: one wins, the others are told", async () => {
  const domain = { kind: "domain", id: "race.example" } as const;
  const { version } = await anna.api.settings.save.mutate({ ...domain, body: {}, version: null });
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) =>
      anna.api.settings.save.mutate({
        ...domain,
        body: { aliases: [`alias${index}.example`] },
        version,
      }),
    ),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  await anna.api.settings.discard.mutate(domain);
});

test("a wrong value is refused with its field", async () => {
  const save = anna.api.settings.save.mutate({
    kind: "listener",
    id: "Submission",
    body: { port: 99_999, colour: "red" },
    version: null,
  });
  const { code, detail } = await refusal(save);
  expect(code).toBe("INVALID");
  const paths = (detail["issues"] as { path: string[] }[]).map(({ path }) => path.join("."));
  expect(paths).toEqual(expect.arrayContaining(["id", "port"]));
});

test("what others use is not removed, and the list says who they are", async () => {
  await anna.api.settings.save.mutate({
    kind: "flow",
    id: "known-users",
    body: acceptUsers,
    version: null,
  });
  await anna.api.settings.save.mutate({
    kind: "domain",
    id: "example.org",
    body: { recipientFlow: "known-users", transport: "internal" },
    version: null,
  });
  const { version } = await anna.api.settings.get.query({ kind: "transport", id: "internal" });
  const remove = anna.api.settings.remove.mutate({ kind: "transport", id: "internal", version });
  expect(await refusal(remove)).toMatchObject({
    code: "IN_USE",
    detail: { usedBy: [{ kind: "domain", id: "example.org", path: ["transport"] }] },
  });
});

test("a renamed object is followed by everything that names it, scripts too", async () => {
  const flow = {
    kind: "recipient",
    title: "Script",
    entry: "ask",
    nodes: {
      ask: {
        block: "script",
        version: 1,
        config: { source: `ldap_search("ldap:main", $recipient); echo "ldap:main";` },
        outcomes: {},
      },
      find: { block: "ldap-recipient", version: 1, config: { directory: "main" }, outcomes: {} },
    },
  };
  await anna.api.settings.save.mutate({ kind: "flow", id: "by-script", body: flow, version: null });
  expect(await anna.api.settings.usedBy.query({ kind: "directory", id: "main" })).toHaveLength(3);
  await anna.api.settings.rename.mutate({ kind: "directory", id: "main", newId: "staff" });
  const { body } = await anna.api.settings.get.query({ kind: "flow", id: "by-script" });
  const text = JSON.stringify(body);
  expect(text).not.toContain("main");
  expect(text).toContain('"directory":"staff"');
  expect(text).toContain("ldap:staff");
  const { version } = await anna.api.settings.get.query({ kind: "flow", id: "by-script" });
  await anna.api.settings.remove.mutate({ kind: "flow", id: "by-script", version });
});

test("a flow that does not compile, and a name that leads nowhere, are not published", async () => {
  const flow = {
    ...acceptUsers,
    nodes: { "signed-in": { block: "no-such-block", version: 1, config: {}, outcomes: {} } },
  };
  await anna.api.settings.save.mutate({ kind: "flow", id: "broken", body: flow, version: null });
  const { version } = await anna.api.settings.save.mutate({
    kind: "domain",
    id: "lost.example",
    body: { transport: "nowhere" },
    version: null,
  });
  const { code, detail } = await refusal(publish("Broken"));
  expect(code).toBe("INVALID");
  expect(detail["problems"]).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: "flow", id: "broken", severity: "error" }),
      expect.objectContaining({
        kind: "domain",
        id: "lost.example",
        rule: "reference-missing",
        field: ["transport"],
        cure: expect.stringContaining("nowhere"),
      }),
    ]),
  );
  expect((await anna.api.settings.revisions.query({})).rows[0]?.number).toBe(2);
  await anna.api.settings.remove.mutate({ kind: "domain", id: "lost.example", version });
  await anna.api.settings.discard.mutate({ kind: "flow", id: "broken" });
});

test("a script that includes a stored file is checked with what stands in it", async () => {
  const flow = {
    kind: "recipient",
    title: "Included",
    entry: "script",
    nodes: {
      script: {
        block: "script",
        version: 1,
        config: {
          source: 'include "file://house-rules";\nif (isOurs($recipient)) Accept();\nReject();',
        },
      },
    },
  };
  await anna.api.settings.save.mutate({ kind: "flow", id: "included", body: flow, version: null });
  const problems = async () =>
    (await anna.api.settings.problems.query())
      .filter(({ kind, id }) => kind === "flow" && id === "included")
      .map(({ severity, message }) => `${severity} ${message}`);
  expect(await problems()).toContain("error There is no file `file://house-rules`.");
  const file = { id: "rules", name: "house-rules", version: null };
  const { version } = await anna.api.files.write.mutate({
    ...file,
    text: "function isOurs($a) { return true; }",
  });
  expect(await problems()).toEqual([]);
  expect(await anna.api.flows.script.query({ flow: "included" })).toMatchObject({
    script: expect.stringContaining('include "file://house-rules";'),
  });
  await anna.api.files.write.mutate({
    ...file,
    text: "function isOurs($a) { return tru; }",
    version,
  });
  expect((await problems()).join()).toContain("`tru` means nothing here");
  await anna.api.settings.discard.mutate({ kind: "flow", id: "included" });
  await anna.api.settings.discard.mutate({ kind: "file", id: "rules" });
});

test("an open relay is refused with a proof, and its careful sister is published", async () => {
  const save = (kind: "domain" | "transport" | "flow", id: string, body: unknown) =>
    anna.api.settings.save.mutate({ kind, id, body, version: null });
  await save("transport", "anywhere", { destination: "lookup-mx" });
  await save("flow", "everybody", {
    kind: "recipient",
    title: "Everybody",
    entry: "ok",
    nodes: { ok: { block: "accept", version: 1, config: {} } },
  });
  const relay = { transport: "anywhere", recipientFlow: "everybody" };
  const { version } = await save("domain", "any", relay);
  const { message, detail } = await refusal(publish("Relay"));
  expect(detail["problems"]).toContainEqual(
    expect.objectContaining({ rule: "open-relay", kind: "domain", id: "any", severity: "error" }),
  );
  expect(message).toMatch(
    /listener “inbound”, MAIL FROM:<stranger@sender\.example> RCPT TO:<victim@elsewhere\.example>.*transport “anywhere”/,
  );
  await anna.api.settings.save.mutate({
    kind: "domain",
    id: "any",
    body: { transport: "anywhere", recipientFlow: "known-users" },
    version,
  });
  await anna.api.settings.discard.mutate({ kind: "flow", id: "everybody" });
  expect((await publish("Users may send")).revision).toBe(3);
});

test("rollback is a new revision with the old content, and the draft follows", async () => {
  expect((await anna.api.settings.list.query({ kind: "domain" })).length).toBe(2);
  const { revision } = await anna.api.settings.rollback.mutate({ number: 2 });
  expect(revision).toBe(4);
  expect(await anna.api.settings.list.query({ kind: "domain" })).toEqual([]);
  expect(await anna.api.settings.changes.query()).toEqual([]);
  expect(await anna.api.settings.compare.query({ from: 2, to: 4 })).toEqual([]);
  const changed = await anna.api.settings.compare.query({ from: 3, to: 4 });
  expect(changed).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: "domain", id: "any", change: "removed" }),
    ]),
  );
  const { rows } = await anna.api.settings.revisions.query({ limit: 2 });
  expect(rows.map(({ number }) => number)).toEqual([4, 3]);
});

test("moving a node is shown as moved, not as a change", async () => {
  await anna.api.settings.rollback.mutate({ number: 3 });
  const layout = { kind: "layout", id: "known-users" } as const;
  await anna.api.settings.save.mutate({
    ...layout,
    body: { ok: { x: 8, y: 16 } },
    version: null,
  });
  expect(await anna.api.settings.changes.query()).toEqual([
    { ...layout, change: "moved", fields: [] },
  ]);
});

test("another window hears of each change and of each revision", async () => {
  const heard: unknown[] = [];
  const response = await anna.fetch(`${gateway.address}/trpc/live.notices`, {
    headers: { accept: "text/event-stream" },
  });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const hear = async (wanted: string): Promise<void> => {
    while (!heard.join("").includes(wanted)) {
      const next = await reader?.read();
      if (next === undefined || next.done) throw new Error(`the stream ended: ${heard.join("")}`);
      heard.push(next.value);
    }
  };
  await hear("connected");
  await anna.api.settings.save.mutate({
    kind: "domain",
    id: "heard.example",
    body: {},
    version: null,
  });
  await hear('"id":"heard.example"');
  const { revision } = await publish("Heard");
  await hear(`"type":"published","revision":${revision}`);
  await reader?.cancel();
});

test("every change left a row in the audit trail, and a forged one is found", async () => {
  const actions = new Set<string>();
  for (let cursor: string | null = null; ; ) {
    const page = await anna.api.system.audit.query({ cursor, limit: 20 });
    for (const { action, actor } of page.rows) {
      actions.add(action);
      if (action.startsWith("settings.")) expect(["anna", "first start"]).toContain(actor);
    }
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  expect([...actions]).toEqual(
    expect.arrayContaining([
      "settings.save",
      "settings.remove",
      "settings.rename",
      "settings.publish",
      "settings.rollback",
      "settings.discard",
      "user.add",
    ]),
  );
  expect(await anna.api.system.verifyAudit.query()).toEqual({ brokenAt: null });
  const { pool } = gateway.database;
  await expect(pool.query("DELETE FROM audit_entry")).rejects.toThrow("append-only");
  await expect(pool.query("UPDATE audit_entry SET actor = 'eve'")).rejects.toThrow("append-only");
  await pool.query("ALTER TABLE audit_entry DISABLE TRIGGER ALL");
  await pool.query("UPDATE audit_entry SET actor = 'eve' WHERE id = 3");
  expect(await anna.api.system.verifyAudit.query()).toEqual({ brokenAt: "3" });
});
