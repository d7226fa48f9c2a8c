import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { runHslCommand } from "../../src/cli/hsl.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { plainEnvelope } from "../support/plain-envelope.ts";

const mail = "From: ann@example.com\r\nSubject: Hello\r\n\r\nbody\r\n";

const content = (source: string, more: object = {}) =>
  createTestFlows({
    settings: {
      flows: { f: scriptFlow("content", source) },
      quarantines: { spam: { title: "Spam" } },
      transports: { internal: { destination: "192.0.2.10:25" } },
      ...more,
    },
  });

test("a content flow that ends by itself delivers", async () => {
  const flows = content(
    '// My first block --webui-icon=http://example.org/i.png\necho "Hello World";',
  );
  const { verdict, trace } = await flows.content("f", mail);
  expect(verdict).toEqual({
    answer: { kind: "accept" },
    actions: [{ kind: "deliver", recipient: "bob@example.org", delaySeconds: 0, metadata: {} }],
    header: null,
  });
  expect(flows.echoed()).toEqual(["Hello World"]);
  expect(trace?.steps).toMatchObject([
    { node: "script", title: "My first block", outcome: "next", log: ["Hello World"] },
  ]);
});

test.each([
  ['Reject("No\\nspam");', { kind: "reject", text: "No\nspam" }, []],
  ["Reject();", { kind: "reject", text: "Message refused" }, []],
  ['Defer(["later", "please"]);', { kind: "defer", text: "later\nplease" }, []],
  ["Delete();", { kind: "accept" }, [{ kind: "delete" }]],
  ["Done();", { kind: "defer", text: "Try again later" }, []],
  [
    'Deliver("x@y.test", "mailtransport:internal");',
    { kind: "accept" },
    [{ kind: "deliver", recipient: "x@y.test", transport: "internal" }],
  ],
  [
    'Quarantine("mailquarantine:spam");',
    { kind: "reject", text: "Test" },
    [{ kind: "quarantine", quarantine: "spam", reject: true }],
  ],
  [
    'Quarantine("mailquarantine:spam", none, none, ["reject" => false, "reason" => "spam"]);',
    { kind: "accept" },
    [{ kind: "quarantine", reason: "spam", reject: false }],
  ],
  [
    'Quarantine("mailquarantine:spam", ["reject" => false, "reason" => "spam", "recipient" => "x@y.test"]);',
    { kind: "accept" },
    [{ kind: "quarantine", reason: "spam", reject: false, recipient: "x@y.test" }],
  ],
  [
    'Quarantine("mailquarantine:spam", none, "mailtransport:internal", ["reject" => false]);',
    { kind: "accept" },
    [{ kind: "quarantine", recipient: "bob@example.org", transport: "internal" }],
  ],
  [
    'Quarantine("mailquarantine:spam", ["transportid" => "mailtransport:internal", "reject" => false]);',
    { kind: "accept" },
    [{ kind: "quarantine", transport: "internal" }],
  ],
  [
    'SetMailTransport("mailtransport:internal"); Quarantine("mailquarantine:spam", ["reject" => false]);',
    { kind: "accept" },
    [{ kind: "quarantine", transport: "internal" }],
  ],
  [
    'Quarantine("mailquarantine:spam", ["done" => false, "reject" => false]); Delete();',
    { kind: "accept" },
    [{ kind: "quarantine", recipient: "bob@example.org" }, { kind: "delete" }],
  ],
  [
    'Deliver(["reason" => ["Thank", "you"], "reply_codes" => ["code" => 251, "enhanced" => "2.6.0"], "disconnect" => true]);',
    {
      kind: "accept",
      reply: { code: 251, status: "2.6.0", text: "Thank\nyou", disconnect: true },
    },
    [{ kind: "deliver" }],
  ],
  [
    'Deliver(["done" => false, "reason" => "Thanks"]); Reject("no");',
    { kind: "reject", text: "no" },
    [{ kind: "deliver" }],
  ],
  [
    'CopyMail("copy@x.test");',
    { kind: "accept" },
    [{ recipient: "copy@x.test" }, { recipient: "bob@example.org" }],
  ],
  [
    'CopyMail("copy@x.test"); Reject("no");',
    { kind: "reject", text: "no" },
    [{ recipient: "copy@x.test" }],
  ],
  ['CopyMail("copy@x.test"); Defer();', { kind: "defer" }, []],
  [
    'Deliver(["done" => false, "recipient" => "a@x.test"]); Done();',
    { kind: "accept" },
    [{ recipient: "a@x.test" }],
  ],
  [
    'Quarantine("mailquarantine:spam", none, none, ["done" => false, "reject" => false]); Deliver();',
    { kind: "accept" },
    [{ kind: "quarantine" }, { kind: "deliver" }],
  ],
  [
    'SetRecipient("new@x.test"); SetSender("me@x.test"); SetDelayedDeliver(60); SetMetaData(["a" => "b"]);',
    { kind: "accept" },
    [{ recipient: "new@x.test", delaySeconds: 60, metadata: { a: "b" } }],
  ],
])("%s", async (source, answer, actions) => {
  const { verdict } = await content(source).content("f", mail);
  expect(verdict.answer).toMatchObject(answer);
  expect(verdict.actions).toHaveLength(actions.length);
  expect(verdict.actions).toMatchObject(actions);
});

test.each([
  'Quarantine("mailquarantine:none");',
  'Quarantine("mailquarantine:spam", none, "mailtransport:none");',
  'Deliver("no address");',
  'Deliver("a@b\\r\\nRCPT TO:<x@y>");',
  'SetSender("a b");',
  'AddHeader("X", "a\\r\\nBcc: b");',
  "while (true) { }",
])("a script that fails defers and delivers nothing: %s", async (source) => {
  const flows = content(source);
  const { verdict, trace } = await flows.content("f", mail);
  expect(verdict).toMatchObject({ answer: { kind: "defer" }, actions: [] });
  expect(trace?.error?.node).toBe("script");
  expect(
    flows.log.some((line) => line.startsWith("warn The flow f failed in the block script")),
  ).toBe(true);
});

test("header changes leave everything else as it was", async () => {
  const { verdict } = await content(
    'AddHeader("X-Score", "5"); PrependHeader("Subject", "[x] ");',
  ).content("f", mail);
  expect(verdict.header?.toString()).toBe(
    "X-Score: 5\r\nFrom: ann@example.com\r\nSubject: [x] Hello\r\n\r\n",
  );
});

test("a signature covers the changes, and mail that cannot be signed is not sent", async () => {
  const { generateKeyPairSync } = await import("node:crypto");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const make = (key: string) =>
    createTestFlows({
      settings: {
        flows: {
          f: scriptFlow(
            "content",
            'AddHeader("X-New", "1"); DKIMSign("s1", "example.com", "pki:dkim", ["headers" => ["From", "X-New"]]);',
          ),
        },
        certificates: { dkim: { certificate: "-", privateKey: { secret: "stored" } } },
      },
      secrets: { "certificate/dkim/privateKey": key },
    });
  const good = await make(privateKey.export({ type: "pkcs8", format: "pem" }).toString()).content(
    "f",
    mail,
  );
  expect(good.verdict.header?.toString()).toMatch(
    /^DKIM-Signature:[\s\S]*h=[^;]*From[^;]*X-New[\s\S]*\r\nX-New: 1\r\n/,
  );
  const bad = await make("nonsense").content("f", mail);
  expect(bad.verdict).toMatchObject({ answer: { kind: "defer" }, actions: [] });
});

test("recipient flows accept, redirect, reject and defer", async () => {
  const flows = createTestFlows({
    settings: {
      transports: { internal: { destination: "192.0.2.10:25" } },
      flows: {
        accept: scriptFlow(
          "recipient",
          'SetSender("s@x.test"); Accept(["recipient" => "new@x.test", "transportid" => "mailtransport:internal"]);',
        ),
        // S2 of the seed
        s2: scriptFlow(
          "recipient",
          '// Only users\nif ($saslauthed) Accept(); else Reject("This server require authentication");\necho "never";',
        ),
        end: scriptFlow("recipient", "$x = 1;"),
        error: scriptFlow("recipient", "while (true) { }"),
      },
    },
  });
  expect((await flows.recipient("accept", "bob@example.org")).verdict).toEqual({
    kind: "accept",
    sender: "s@x.test",
    recipient: "new@x.test",
    transport: "internal",
  });
  expect((await flows.recipient("s2", "bob@example.org")).verdict).toEqual({
    kind: "reject",
    text: "This server require authentication",
  });
  expect((await flows.recipient("s2", "bob@example.org", { signIn: "ann" })).verdict).toMatchObject(
    { kind: "accept" },
  );
  expect((await flows.recipient("end", "bob@example.org")).verdict).toMatchObject({
    kind: "reject",
  });
  expect((await flows.recipient("error", "bob@example.org")).verdict).toMatchObject({
    kind: "defer",
  });
  expect(flows.echoed()).toEqual([]);
});

test("an IP policy flow that fails lets the client in; one that blocks says its lines", async () => {
  const flows = createTestFlows({
    settings: {
      flows: {
        block: scriptFlow(
          "ip-policy",
          'if (in_network($senderip, "192.0.2.0/24")) Block(["421-Go", "421 away"], 300); Allow(60);',
        ),
        error: scriptFlow("ip-policy", "while (true) { }"),
      },
    },
  });
  expect((await flows.connect("block")).verdict).toEqual({
    kind: "block",
    lines: ["421-Go", "421 away"],
    ttlSeconds: 300,
  });
  expect((await flows.connect("block", { clientAddress: "198.51.100.1" })).verdict).toEqual({
    kind: "allow",
    ttlSeconds: 60,
  });
  expect((await flows.connect("error")).verdict).toEqual({ kind: "allow", ttlSeconds: 0 });
});

test("the password is in no trace and no log", async () => {
  const flows = createTestFlows({
    settings: {
      flows: {
        f: scriptFlow(
          "authentication",
          'echo "trying " . $saslpassword . "!"; $x = $saslpassword; echo $x; in_file($x, "file:accounts"); http("http://127.0.0.1:1/?p=$1", 1, $x); echo url_encode($x) . base64_encode($x); Reject("no " . $x);',
        ),
      },
      files: { accounts: { name: "accounts.txt", sha256: "0".repeat(64) } },
    },
    files: { accounts: "bob secret" },
  });
  const { trace } = await flows.signIn("f", "bob", "hunter2+S3cret");
  expect(trace?.error).toBeNull();
  expect(trace?.steps[0]?.lookups.map((one) => one.function)).toEqual(["in_file", "http"]);
  const shown = JSON.stringify([trace, flows.log]);
  expect(shown).not.toContain("hunter2");
  expect(shown).not.toContain(Buffer.from("hunter2+S3cret").toString("base64").slice(0, 12));
  const quoted = await flows.signIn("f", "bob", 'hunter"2\\S3cret');
  expect(quoted.trace?.ending).toBe('Reject("no ***")');
  expect(JSON.stringify([quoted.trace, flows.log])).not.toMatch(/hunter|S3cret/);
});

test("what a script keeps in $context is there in the next flow of the session", async () => {
  const flows = createTestFlows({
    settings: {
      flows: {
        save: scriptFlow("authentication", '$context["n"] = 41; Accept();'),
        read: scriptFlow("recipient", '$context["n"] += 1; echo $context["n"]; Accept();'),
      },
    },
  });
  await flows.signIn("save", "bob", "x");
  await flows.recipient("read", "a@example.org");
  await flows.recipient("read", "b@example.org");
  expect(flows.echoed()).toEqual(["42", "43"]);
});

test("delivery flows run before and after an attempt", async () => {
  const flows = createTestFlows({
    settings: {
      transports: { internal: { destination: "192.0.2.10:25" } },
      flows: {
        f: scriptFlow(
          "delivery",
          `
          if (not $attempted) { $context["seen"] = 1; SetDestination("192.0.2.99", 2525); SetTLS(["tls" => "require"]); Try(); }
          echo $context["seen"];
          if ($errorcode == 250) Retry();
          if ($retry > 2) Bounce();
          Deliver("other@x.test", "mailtransport:internal");`,
        ),
        fails: scriptFlow("delivery", "while (true) { }"),
        wrong: scriptFlow("delivery", 'if ($attempted) SetHELO("x"); Retry();'),
      },
    },
  });
  const input = {
    snapshot: flows.snapshot,
    messageId: "0192f0c1-0000-7000-8000-000000000002",
    queueId: "12",
    sender: "ann@example.com",
    recipient: "bob@example.org",
    size: 10,
    transport: "internal",
    destination: "192.0.2.10:25",
    receivedAt: new Date(),
    attempts: 0,
    maximumAttempts: 0,
    envelope: plainEnvelope,
  } as const;
  const attempt = (code: number) => ({
    code,
    enhancedStatus: null,
    text: "x",
    nextHopAddress: "192.0.2.10",
    nextHopPort: 25,
    sourceAddress: "192.0.2.1",
    transferSeconds: 0.1,
    isLast: false,
  });
  const before = await flows.deliveries.before(flows.flow("f"), input);
  expect(before.verdict).toEqual({
    kind: "try",
    changes: { destination: { host: "192.0.2.99", port: 2525 }, tlsMode: "require" },
  });
  const after = async (id: string, code: number, attempts = 0) =>
    (await flows.deliveries.after(flows.flow(id), { ...input, attempts, attempt: attempt(code) }))
      .verdict;
  expect(await after("f", 451)).toEqual({
    kind: "deliver",
    recipient: "other@x.test",
    transport: "internal",
  });
  expect(flows.echoed()).toEqual(["1"]);
  expect(await after("f", 451, 3)).toEqual({ kind: "bounce" });
  expect(await after("f", 250)).toEqual({ kind: "default" }); // an error: it is delivered
  expect((await flows.deliveries.before(flows.flow("fails"), input)).verdict).toMatchObject({
    kind: "reschedule",
    delaySeconds: 300,
    countsAsAttempt: false,
  });
  expect(await after("fails", 451)).toEqual({ kind: "default" });
  expect((await flows.deliveries.before(flows.flow("wrong"), input)).verdict).toMatchObject({
    kind: "reschedule",
  });
  expect(await after("wrong", 451)).toEqual({ kind: "default" });
});

test("a look-up file of a million lines answers from an index, and only the first line of a word", async () => {
  const lines = Array.from({ length: 1_000_000 }, (_, index) => `user${index} word${index}`);
  const flows = createTestFlows({
    settings: {
      flows: {
        f: scriptFlow(
          "recipient",
          '$l = in_file($recipientlocalpart, "file://big.txt"); if (count($l) == 2) Reject($l[1]); Reject("none");',
        ),
      },
      files: { big: { name: "big.txt", sha256: "1".repeat(64) } },
    },
    files: { "big.txt": `${lines.join("\n")}\nuser5 second\n` },
  });
  for (const [name, answer] of [
    ["user0", "word0"],
    ["user999999", "word999999"],
    ["user5", "word5"],
    ["User5", "none"],
    ["nobody", "none"],
  ]) {
    expect((await flows.recipient("f", `${name}@example.org`)).verdict).toEqual({
      kind: "reject",
      text: answer,
    });
  }
});

test.each([
  "../etc/passwd",
  "/etc/passwd",
  "file:///etc/passwd",
  "file://../x",
  "file://a/b",
  "file:.",
  "file://%2e%2e/x",
  "http://x",
  "file://a\\0b",
])("no path leads out of the file store: %s", async (name) => {
  const asked: string[] = [];
  const flows = createTestFlows({
    settings: {
      flows: {
        f: scriptFlow(
          "recipient",
          `echo count(file("${name}")) . file_get_contents("${name}") . count(in_file("root:x:0:0:root:/root:/bin/bash", "${name}"));`,
        ),
      },
    },
  });
  const original = flows.snapshot.file;
  Object.assign(flows.snapshot, {
    file: (one: string) => {
      asked.push(one);
      return original(one);
    },
  });
  await flows.recipient("f", "bob@example.org");
  expect(asked.filter((one) => /[/\\%\0]|\.\./.test(one))).toEqual([]);
  expect(flows.echoed()).toEqual(["00"]);
  expect(readFileSync("/etc/passwd", "utf8")).toContain("root");
});

test("answers are kept for a while, apart for each flow, and one run holds a barrier at a time", async () => {
  const source = (word: string) => `
    function answer($x) { echo "asked"; return "${word}" . $x; }
    echo cache ["ttl" => 60] answer($senderip);
    barrier "count" => $n { $n = isset($n) ? $n + 1 : 1; }
    echo $n;
    Accept();`;
  const flows = createTestFlows({
    settings: {
      flows: {
        one: scriptFlow("recipient", source("one ")),
        two: scriptFlow("recipient", source("two ")),
      },
    },
  });
  await flows.recipient("one", "a@example.org");
  await flows.recipient("one", "a@example.org");
  await flows.recipient("two", "a@example.org");
  expect(flows.echoed()).toEqual(
    ["asked", "one 192.0.2.7", "1"].concat(["one 192.0.2.7", "2"], ["asked", "two 192.0.2.7", "1"]),
  );
});

test("the trace is the path that was taken, with outcomes, lines and the node a fault is in", async () => {
  const node = (
    block: string,
    config: Record<string, unknown>,
    outcomes: Record<string, string> = {},
  ) => ({
    block,
    version: 1,
    config,
    outcomes,
  });
  const flows = createTestFlows({
    settings: {
      flows: {
        f: {
          kind: "recipient",
          title: "Path",
          entry: "who",
          nodes: {
            who: node("authenticated", {}, { yes: "note", no: "other" }),
            other: node("script", { source: '// Other\necho "stranger";' }, { next: "note" }),
            note: node(
              "script",
              { source: '// Note\necho "noted"; if ($sender == "bad@x.test") while (true) { }' },
              { next: "end" },
            ),
            end: node("reject", { text: "Sorry" }),
          },
        },
      },
    },
  });
  const path = async (more: object) => {
    const { trace } = await flows.recipient("f", "bob@example.org", more);
    return {
      steps: trace?.steps.map(({ node: id, outcome, log }) => [id, outcome, ...log]),
      ending: trace?.ending,
      fault: trace?.error?.node,
    };
  };
  const stranger = await path({});
  expect(stranger).toEqual({
    steps: [
      ["who", "no"],
      ["other", "next", "stranger"],
      ["note", "next", "noted"],
      ["end", null],
    ],
    ending: 'Reject("Sorry")',
    fault: undefined,
  });
  expect((await path({ signIn: "bob" })).steps?.map(([id]) => id)).toEqual(["who", "note", "end"]);
  expect(await path({ sender: "bad@x.test" })).toMatchObject({ ending: "error", fault: "note" });
});

test("a script block brings in stored files: lines, functions and data", async () => {
  const flows = createTestFlows({
    settings: {
      flows: {
        f: scriptFlow(
          "recipient",
          `include "file://common";
import { isStaff, $limit as $most } from "file:staff";
import $people from "people.json";
import $words from "file://words.yaml";
echo "$greeting $most " . $words["end"];
if (isStaff($recipientlocalpart, $people)) Accept();
Reject("No such user");`,
        ),
      },
    },
    files: {
      common: '$greeting = "Hello";',
      staff: "$limit = 7;\nfunction isStaff($name, $people) { return in_array($name, $people); }",
      "people.json": '["bob"]',
      "words.yaml": "end: goodbye\nmore: [1, 2]\n",
    },
  });
  expect((await flows.recipient("f", "bob@example.org")).verdict).toMatchObject({ kind: "accept" });
  expect((await flows.recipient("f", "eve@example.org")).verdict).toMatchObject({ kind: "reject" });
  expect(flows.echoed()).toEqual(["Hello 7 goodbye", "Hello 7 goodbye"]);
});

test("a flow whose included file is missing does not run, and says so", () => {
  expect(() =>
    createTestFlows({ settings: { flows: { f: scriptFlow("recipient", 'include "file:1";') } } }),
  ).toThrow(/There is no file `file:1`/);
});

test("what a file is shows in its first bytes, not in its name", async () => {
  const flows = content(
    'foreach (GuessAttachmentType(GetAttachmentsByName("/./")) as $type) echo $type; echo GetID(); DeliverAsSpam();',
  );
  const part = (name: string, bytes: Buffer): string =>
    `--x\r\nContent-Type: image/png; name=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString("base64")}\r\n`;
  const { verdict } = await flows.content(
    "f",
    `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n${part("a.png", Buffer.from("MZ\x90\0"))}${part("b.png", Buffer.from("\x89PNG\r\n\x1a\n", "latin1"))}${part("c.png", Buffer.from("hello"))}--x--\r\n`,
  );
  expect(flows.echoed()).toEqual([
    "application/x-dosexec",
    "image/png",
    "text/plain",
    flows.connection.messageId,
  ]);
  expect(verdict.actions).toMatchObject([{ kind: "deliver" }]);
  expect(verdict.header?.toString()).toContain("X-Spam-Flag: YES\r\n");
});

/** What `sluice hsl … --json` says of a script. */
const commandLine = async (script: string, ...options: string[]) => {
  const folder = mkdtempSync(path.join(tmpdir(), "hsl-"));
  const file = path.join(folder, "script.hsl");
  writeFileSync(file, script);
  let out = "";
  const exitCode = await runHslCommand([file, "--json", ...options], {
    stdout: (text) => (out += text),
    stderr: () => {},
  });
  rmSync(folder, { recursive: true });
  return { exitCode, ...JSON.parse(out) };
};

test("a script on the command line sees the variables it is given, and its own changes to them", async () => {
  const vars = '{"senderparams":{"SIZE":"100"},"context":{"seen":1},"recipient":"old@x.test"}';
  expect(
    await commandLine(
      'echo $senderparams["SIZE"]; echo $context["seen"]; SetRecipient("new@x.test"); echo $recipient; Accept();',
      ...["--flow", "recipient", "--vars", vars],
    ),
  ).toEqual({
    exitCode: 0,
    log: ["100", "1", "new@x.test"],
    verdict: { action: "Accept" },
    diagnostics: [],
  });
});

test("the command says which action a script called, and where it went wrong with the cure", async () => {
  const failed = ["--flow", "delivery", "--vars", '{"errorcode":550}'];
  expect(await commandLine("echo $action; Bounce();", ...failed)).toMatchObject({
    log: ["BOUNCE"],
    verdict: { action: "Bounce" },
  });
  expect(await commandLine("\uFEFFif (true && false) {}")).toEqual({
    exitCode: 1,
    log: [],
    verdict: null,
    diagnostics: [
      {
        severity: "error",
        code: "foreign-operator",
        message: "There is no `&&`. Write and.",
        line: 1,
        column: 10,
      },
    ],
  });
});

test("an IP list asks its own lines and a file's; a file that is missing is no answer", async () => {
  const flows = createTestFlows({
    files: { friends: "203.0.113.0/24 // partners\nnonsense\n" },
    settings: {
      flows: Object.fromEntries(
        ["friends", "gone"].map((file) => [
          file,
          {
            kind: "ip-policy" as const,
            title: "List",
            entry: "list",
            nodes: {
              list: {
                block: "ip-list",
                version: 1,
                config: { networks: ["192.0.2.7 // office"], file },
                outcomes: { listed: "ok", unlisted: "no", error: "broken" },
              },
              ok: { block: "allow", version: 1, config: {} },
              no: { block: "block", version: 1, config: { reply: "never" } },
              broken: { block: "block", version: 1, config: { reply: "later" } },
            },
          },
        ]),
      ),
    },
  });
  const answer = async (flow: string, clientAddress: string) => {
    const { verdict } = await flows.connect(flow, { clientAddress });
    return verdict.kind === "allow" ? "allowed" : verdict.lines[0]?.slice(0, 3);
  };
  expect(await answer("friends", "192.0.2.7")).toBe("allowed");
  expect(await answer("friends", "203.0.113.200")).toBe("allowed");
  expect(await answer("friends", "198.51.100.1")).toBe("554");
  expect(await answer("gone", "192.0.2.7")).toBe("allowed"); // its own lines are enough
  expect(await answer("gone", "203.0.113.200")).toBe("421");
});

test("held mail says which block sent it there, and what that found", async () => {
  const flows = createTestFlows({
    settings: {
      flows: {
        f: {
          kind: "content",
          title: "Checks",
          entry: "programs",
          nodes: {
            programs: {
              block: "attachment-name",
              version: 1,
              title: "Programs?",
              config: { endings: ["exe"] },
              outcomes: { found: "hold" },
            },
            hold: { block: "quarantine", version: 1, config: { quarantine: "spam" } },
          },
        },
      },
      quarantines: { spam: { title: "Spam" } },
    },
  });
  const exe = [
    "Subject: x",
    "Content-Type: application/octet-stream",
    "Content-Disposition: attachment; filename=invoice.exe",
    "",
    "MZ",
    "",
  ].join("\r\n");
  const { verdict } = await flows.content("f", exe);
  expect(verdict.actions).toMatchObject([
    { kind: "quarantine", reason: "Programs?: found", reject: false },
  ]);
});
