/** The seven scripts an administrator of the product we model would bring along, on real services. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runHslCommand } from "../../src/cli/hsl.ts";
import { createTestFlows, scriptFlow, type TestFlows } from "../support/flows.ts";
import { type Slapd, slapdAdmin, slapdBase, startSlapd } from "../support/slapd.ts";

let slapd: Slapd;
let smtpPort: number;
let httpPort: number;
const asked: string[] = [];
const conversations: string[] = [];

const smtp = new SMTPServer({
  secure: false,
  disabledCommands: ["STARTTLS"],
  disableReverseLookup: true,
  allowInsecureAuth: true,
  authOptional: true,
  onAuth: (auth, _session, callback) => {
    conversations.push(`auth ${auth.username}`);
    if (auth.username === "later")
      return callback(Object.assign(new Error("busy"), { responseCode: 454 }));
    if (auth.password === "secret") return callback(null, { user: auth.username });
    return callback(Object.assign(new Error("no"), { responseCode: 535 }));
  },
  onMailFrom: (address, _session, callback) =>
    callback(
      address.address === "refused@example.com"
        ? Object.assign(new Error("no"), { responseCode: 550 })
        : null,
    ),
  onRcptTo: (address, _session, callback) => {
    conversations.push(`rcpt ${address.address}`);
    if (address.address.startsWith("nobody"))
      return callback(Object.assign(new Error("5.1.1 no such user"), { responseCode: 550 }));
    if (address.address.startsWith("later"))
      return callback(Object.assign(new Error("busy"), { responseCode: 451 }));
    return callback();
  },
  onData: (stream, _session, callback) => {
    conversations.push("data");
    stream.resume();
    stream.on("end", () => callback());
  },
});
const web = createServer((request, response) => {
  asked.push(request.url ?? "");
  response.end(request.url?.includes("password=a%26b%3Dc%20d") ? "OK" : "OK\n");
});

beforeAll(async () => {
  slapd = await startSlapd({
    ldif: `dn: uid=bob,${slapdBase}\nobjectClass: inetOrgPerson\ncn: Bob\nsn: B\nuid: bob\nuserPassword: secret\n`,
  });
  smtp.on("error", () => {}); // a client that is gone
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", () => resolve()));
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", () => resolve()));
  smtpPort = (smtp.server.address() as AddressInfo).port;
  httpPort = (web.address() as AddressInfo).port;
});
afterAll(async () => {
  await slapd.stop();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
  web.closeAllConnections();
  web.close();
});

const s1 = `// Users of the mail server
if (smtp_lookup_auth("mailtransport:1", $saslusername, $saslpassword) == 1) { echo "$saslusername successfully SMTP authenticated"; Accept(); }
Reject("You failed ($saslusername)");
echo "never";`;
const s4 = 'if (ldap_bind("ldap:4", $saslusername, $saslpassword))==1) { Accept(); }';

const flows = (
  source: string,
  kind: "authentication" | "content" | "recipient" = "authentication",
): TestFlows =>
  createTestFlows({
    settings: {
      gateway: { httpAllowPrivate: ["127.0.0.1"] },
      flows: { f: scriptFlow(kind, source) },
      transports: {
        "1": { destination: `127.0.0.1:${smtpPort}`, authWithoutTls: true },
        strict: { destination: `127.0.0.1:${smtpPort}` },
        dead: { destination: "127.0.0.1:1" },
        mx: { destination: "lookup-mx" },
        tls: { destination: `127.0.0.1:${smtpPort}`, tls: { mode: "require" } },
      },
      directories: {
        "4": {
          servers: [`127.0.0.1:${slapd.port}`],
          tls: "none",
          base: slapdBase,
          userQuery: "(uid=%s)",
          bindDn: slapdAdmin.dn,
          bindPassword: { secret: "stored" },
        },
      },
      files: { accounts: { name: "accounts.txt", sha256: "2".repeat(64) } },
    },
    files: {
      "accounts.txt": "alice pass word\nbob secret\ncarol\n// bob comment\n  dan   padded  \n",
    },
    secrets: { "directory/4/bindPassword": slapdAdmin.password },
  });

test("S1: the mail server knows the password, or not, or cannot say", async () => {
  const one = flows(s1);
  expect((await one.signIn("f", "bob", "secret")).verdict).toEqual({
    kind: "accept",
    userName: "bob",
  });
  expect(one.echoed()).toEqual(["bob successfully SMTP authenticated"]);
  expect((await one.signIn("f", "bob", "wrong")).verdict).toEqual({
    kind: "reject",
    text: "You failed (bob)",
  });
  expect((await one.signIn("f", "later", "secret")).verdict).toEqual({
    kind: "reject",
    text: "You failed (later)",
  });
  expect((await one.signIn("f", "bob", "")).verdict).toEqual({
    kind: "reject",
    text: "You failed (bob)",
  });
  expect(one.echoed()).toEqual(["bob successfully SMTP authenticated"]);
});

test("S2: only who has signed in", async () => {
  const one = flows(
    '// Only users\nif ($saslauthed) Accept(); else Reject("This server require authentication");',
    "recipient",
  );
  expect((await one.recipient("f", "bob@example.org")).verdict).toEqual({
    kind: "reject",
    text: "This server require authentication",
  });
  expect((await one.recipient("f", "bob@example.org", { signIn: "bob" })).verdict.kind).toBe(
    "accept",
  );
});

test("S3: falling off the end refuses", async () => {
  const one = flows(s1.split("\nReject")[0] ?? "");
  expect((await one.signIn("f", "bob", "secret")).verdict.kind).toBe("accept");
  expect((await one.signIn("f", "bob", "wrong")).verdict).toEqual({
    kind: "reject",
    text: "Authentication credentials invalid",
  });
});

const inFolder = async (files: Readonly<Record<string, string>>, args: string[]) => {
  const folder = mkdtempSync(path.join(tmpdir(), "hsl-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  let stdout = "";
  let stderr = "";
  const code = await runHslCommand(
    args.map((one) => one.replaceAll("DIR", folder)),
    { stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) },
  );
  rmSync(folder, { recursive: true, force: true });
  return { code, stdout, stderr };
};

test("S4: a bracket too many is refused with its place, and the corrected form works", async () => {
  const checked = await inFolder({ "s4.hsl": s4 }, [
    "DIR/s4.hsl",
    "--flow",
    "authentication",
    "--check",
    "--json",
  ]);
  expect(checked.code).toBe(1);
  expect(JSON.parse(checked.stdout)).toMatchObject({
    verdict: null,
    diagnostics: [{ severity: "error", line: 1, column: 55 }],
  });
  expect(() => flows(s4)).toThrow();
  const one = flows(s4.replace("))==1)", ")==1)"));
  expect((await one.signIn("f", "bob", "secret")).verdict.kind).toBe("accept");
  expect((await one.signIn("f", "bob", "wrong")).verdict.kind).toBe("reject");
  await one.services.ldap.close();
});

test("S5: a file of names and passwords", async () => {
  const one = flows(
    `if (count($info=in_file($saslusername,"file://accounts.txt")) == 2 and $info[1] == $saslpassword) { echo "$saslusername successfully FILE authenticated"; Accept(); }`,
  );
  for (const [name, password, kind] of [
    ["bob", "secret", "accept"],
    ["bob", "wrong", "reject"],
    ["Bob", "secret", "reject"],
    ["alice", "pass", "reject"],
    ["carol", "", "reject"],
    ["", "", "reject"],
    ["dan", "padded", "accept"],
    ["//", "bob", "reject"],
    ["nobody", "x", "reject"],
  ]) {
    expect(`${name} ${(await one.signIn("f", name ?? "", password ?? "")).verdict.kind}`).toBe(
      `${name} ${kind}`,
    );
  }
  expect(one.echoed()).toEqual([
    "bob successfully FILE authenticated",
    "dan successfully FILE authenticated",
  ]);
});

test("S6: a web page that says exactly OK", async () => {
  const one = flows(
    `if (http("http://127.0.0.1:${httpPort}/smtp_authentication.php?username=$1&password=$2", 10, $saslusername, $saslpassword) == "OK") { Accept(); }`,
  );
  expect((await one.signIn("f", "bob", "a&b=c d")).verdict.kind).toBe("accept");
  expect(asked.at(-1)).toBe("/smtp_authentication.php?username=bob&password=a%26b%3Dc%20d");
  expect((await one.signIn("f", "bob", "other")).verdict.kind).toBe("reject"); // its body ends in a line break
});

test("S7: the first block says hello, then the mail is delivered", async () => {
  const one = flows(
    '// My first block --webui-icon=http://example.org/images/internet-mail.png\necho "Hello World";',
    "content",
  );
  const { verdict, trace } = await one.content("f", "Subject: x\r\n\r\n");
  expect(verdict).toMatchObject({ answer: { kind: "accept" }, actions: [{ kind: "deliver" }] });
  expect(one.echoed()).toEqual(["Hello World"]);
  expect(trace?.steps[0]?.title).toBe("My first block");
});

test("asks another server for recipients: taken, refused, no answer", async () => {
  const ask = async (expression: string): Promise<string | undefined> => {
    const one = flows(`echo ${expression}; Accept();`, "recipient");
    const { trace } = await one.recipient("f", "bob@example.org");
    expect(trace?.error).toBeNull();
    return one.echoed()[0];
  };
  expect(await ask('smtp_lookup_rcpt("mailtransport:strict", "", $recipient)')).toBe("1");
  expect(await ask('smtp_lookup_rcpt("mailtransport:strict", "", "nobody@example.org")')).toBe("0");
  expect(await ask('smtp_lookup_rcpt("mailtransport:strict", "", "later@example.org")')).toBe("-1");
  expect(
    await ask('smtp_lookup_rcpt("mailtransport:strict", "refused@example.com", $recipient)'),
  ).toBe("-1");
  expect(await ask('smtp_lookup_rcpt("mailtransport:dead", "", $recipient)')).toBe("-1");
  expect(await ask('smtp_lookup_rcpt("mailtransport:none", "", $recipient)')).toBe("-1");
  expect(await ask('smtp_lookup_rcpt("mailtransport:tls", "", $recipient)')).toBe("-1");
  expect(
    await ask('smtp_lookup_rcpt("mailtransport:strict", "", "a@b.test>\\r\\nDATA\\r\\n")'),
  ).toBe("-1");
  expect(
    await ask(
      `smtp_lookup_rcpt(["host" => "127.0.0.1", "port" => ${smtpPort}], "", "nobody@example.org", ["extended_result" => true])`,
    ),
  ).toMatch(/^\["result"=>0,"error_code"=>550,/);
  expect(await ask('smtp_lookup_auth("mailtransport:mx", "bob", "secret")')).toBe("-1");
  expect(await ask('smtp_lookup_auth("mailtransport:strict", "bob", "secret")')).toBe("-1"); // no TLS, so nothing is sent
  expect(conversations).not.toContain("data");
});

test("the call-ahead block asks the domain's own server, passes on its words, and remembers what it said", async () => {
  const node = (config: object) =>
    createTestFlows({
      settings: {
        transports: { strict: { destination: `127.0.0.1:${smtpPort}` } },
        flows: {
          f: {
            kind: "recipient",
            title: "Ask",
            entry: "ask",
            nodes: {
              ask: {
                block: "smtp-callahead",
                version: 1,
                config: { ...config },
                outcomes: { accepted: "ok", error: "later" },
              },
              ok: { block: "accept", version: 1, config: {} },
              later: { block: "defer", version: 1, config: {} },
            },
          },
        },
      },
    });
  const own = node({ ownWords: true });
  const ask = async (recipient: string, transport: string | null = "strict") =>
    (await own.recipient("f", recipient, { transport })).verdict;
  expect((await ask("joe@own.example")).kind).toBe("accept");
  expect(await ask("nobody@own.example")).toMatchObject({
    kind: "reject",
    text: "5.1.1 no such user",
  });
  expect((await ask("later@own.example")).kind).toBe("defer");
  expect((await ask("joe@own.example", null)).kind).toBe("defer"); // no server is known
  await ask("joe@own.example");
  await ask("nobody@own.example");
  const asked = conversations.filter((line) => line.endsWith("@own.example"));
  expect(asked).toEqual([
    "rcpt joe@own.example",
    "rcpt nobody@own.example",
    "rcpt later@own.example",
  ]);
});

test("delivers while the client waits, and gives the next hop's answer", async () => {
  conversations.length = 0;
  const one = flows(
    'AddHeader("X-Gate", "1"); DirectDeliver($recipient, "mailtransport:strict");',
    "content",
  );
  const message = "From: a@b.test\r\nSubject: x\r\n\r\n.dot\r\nend\r\n";
  expect((await one.content("f", message)).verdict).toMatchObject({
    answer: { kind: "accept" },
    actions: [{ kind: "delivered", recipient: "bob@example.org" }],
  });
  expect(
    (await one.content("f", message, { recipient: "nobody@example.org" })).verdict,
  ).toMatchObject({ answer: { kind: "reject" }, actions: [] });
  expect(
    (await one.content("f", message, { recipient: "later@example.org" })).verdict,
  ).toMatchObject({ answer: { kind: "defer" }, actions: [] });
  expect(conversations.filter((line) => line === "data")).toHaveLength(1);
});

test("sluice hsl runs a script on a mail, with files", async () => {
  const files = {
    "a.hsl":
      'echo GetHeader("subject"); echo count(file("file://list.txt")); if (mail("a@b.test", "c@d.test", "x", "y") == "") echo "not sent"; Quarantine("mailquarantine:1");',
    "list.txt": "one\ntwo\n",
    "m.eml": "Subject: Hi\r\n\r\nx\r\n",
  };
  const missing = await inFolder(files, [
    "DIR/a.hsl",
    "--files",
    "DIR",
    "--message",
    "DIR/m.eml",
    "--json",
  ]);
  expect(JSON.parse(missing.stdout)).toMatchObject({
    log: ["Hi", "2", expect.stringContaining("not sent"), "not sent"],
    verdict: { action: "Quarantine", arg: "mailquarantine:1" },
    diagnostics: [],
  });
  const good = await inFolder({ "a.hsl": 'Reject("No " . $senderip);' }, [
    "DIR/a.hsl",
    "--vars",
    '{"senderip":"198.51.100.1"}',
    "--json",
  ]);
  expect([good.code, JSON.parse(good.stdout)]).toEqual([
    0,
    { log: [], verdict: { action: "Reject", text: "No 198.51.100.1" }, diagnostics: [] },
  ]);
  const plain = await inFolder({ "a.hsl": 'echo "hello";' }, ["DIR/a.hsl"]);
  expect(plain).toEqual({
    code: 0,
    stdout: "hello\nThe script ends without an action.\n",
    stderr: "",
  });
  expect((await inFolder({}, ["DIR/none.hsl"])).code).toBe(1);
  expect((await inFolder({ "a.hsl": "" }, ["DIR/a.hsl", "--flow", "nonsense"])).code).toBe(1);
});
