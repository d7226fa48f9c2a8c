/** `sluice hsl`: what it is given, what it answers, and that nothing stays behind. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { runHslCommand } from "../../src/cli/hsl.ts";
import { requirePeer } from "../support/peers.ts";
import { type Slapd, slapdAdmin, slapdBase, startSlapd } from "../support/slapd.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "hsl-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sluiceHsl = async (script: string, ...options: readonly string[]) => {
  const file = path.join(folder, "script.hsl");
  writeFileSync(file, script);
  return command(file, ...options);
};

const command = async (...args: readonly string[]) => {
  let stdout = "";
  let stderr = "";
  const exitCode = await runHslCommand(args, {
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text.replaceAll(folder, "DIR")),
  });
  return { exitCode, stdout, stderr };
};

test("the answer as JSON has a log, a verdict and diagnostics, and nothing else", async () => {
  const ran = await sluiceHsl('echo "hi"; Reject("no");', "--json");
  expect(JSON.parse(ran.stdout)).toStrictEqual({
    log: ["hi"],
    verdict: { action: "Reject", text: "no" },
    diagnostics: [],
  });
  const failed = await sluiceHsl('echo "hi";\n  echo 1 / 0;', "--json");
  expect(failed.exitCode).toBe(1);
  expect(JSON.parse(failed.stdout)).toStrictEqual({
    log: ["hi"],
    verdict: null,
    diagnostics: [
      {
        severity: "error",
        code: "division-by-zero",
        message: "division by zero",
        line: 2,
        column: 8,
      },
    ],
  });
});

test("a reader that has seen enough ends it without a complaint", () => {
  const file = path.join(folder, "script.hsl");
  writeFileSync(file, 'for ($i = 0; $i < 900; $i += 1) echo "line $i " . str_repeat("x", 1000);');
  const main = path.resolve(import.meta.dirname, "../../src/cli/main.ts");
  const { stdout, stderr } = spawnSync(
    "sh",
    ["-c", '"$1" "$2" hsl "$3" | head -n 1', "sh", process.execPath, main, file],
    { encoding: "utf8" },
  );
  expect(stdout).toMatch(/^line 0 x+\n$/);
  expect(stderr).toBe("");
});

test("a name of another kind of flow is refused with where it exists", async () => {
  const options = ["--flow", "ip-policy", "--check"];
  const { exitCode, stderr } = await sluiceHsl('AddHeader("X", $recipient);', ...options);
  expect(exitCode).toBe(1);
  expect(stderr).toBe(
    "DIR/script.hsl:1:1: error: There is no function `AddHeader` here. It exists in flows of the kind Mail content.\n" +
      "DIR/script.hsl:1:16: error: `$recipient` is never given a value. It exists in flows of the kinds Recipient, Mail content, and Delivery.\n",
  );
});

test("what the command cannot read is named with the reason", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["--vars", '{"a":\n tru}'], "--vars is no JSON: line 2, column 5: Unexpected token '}'.\n"],
    [["--vars", ""], "--vars is no JSON: line 1, column 1: Unexpected end of JSON input.\n"],
    [["--vars", "[]"], '--vars is an object: {"senderip": "192.0.2.1"}.\n'],
    [["--files", `${folder}/no`], "DIR/no cannot be read: there is no such file.\n"],
    [["--message", folder], "DIR cannot be read: it is a folder.\n"],
    [["--dns", "ns.example"], "--dns is an address and a port: 127.0.0.1:5353, or [::1]:5353.\n"],
    [
      ["--flow", "smtp"],
      "--flow is one of ip-policy, authentication, recipient, content, delivery.\n",
    ],
  ];
  for (const [options, stderr] of cases) {
    expect(await sluiceHsl("Accept();", ...options, "--flow", "recipient", ...options)).toEqual({
      exitCode: 1,
      stdout: "",
      stderr,
    });
  }
  expect(await command(`${folder}/no.hsl`)).toMatchObject({
    exitCode: 1,
    stderr: "DIR/no.hsl cannot be read: there is no such file.\n",
  });
});

test("with --json what cannot be run is one object on standard output too", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["--vars", "{bad"], "--vars is no JSON: line 1, column 2: Expected property name or '}'."],
    [["--files", `${folder}/no`], "DIR/no cannot be read: there is no such file."],
    [["--dns", "ns.example"], "--dns is an address and a port: 127.0.0.1:5353, or [::1]:5353."],
  ];
  for (const [options, message] of cases) {
    const { exitCode, stdout, stderr } = await sluiceHsl("echo 1;", ...options, "--json");
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
    expect(JSON.parse(stdout.replaceAll(folder, "DIR"))).toStrictEqual({
      log: [],
      verdict: null,
      diagnostics: [{ severity: "error", code: "not-run", message, line: 1, column: 1 }],
    });
  }
});

test("control characters of a mail do not reach the terminal, and are whole in JSON", async () => {
  const script = 'echo "\\x1b[31mred\\x07\\ttab\\r\\nnext\\r"; Reject("no \\x1b[2J");';
  expect((await sluiceHsl(script)).stdout).toBe(
    "\\x1b[31mred\\x07\ttab\r\nnext\\x0d\nReject: no \\x1b[2J\n",
  );
  expect(JSON.parse((await sluiceHsl(script, "--json")).stdout)).toMatchObject({
    log: ["\x1b[31mred\x07\ttab\r\nnext\r"],
    verdict: { text: "no \x1b[2J" },
  });
});

test("a script that is no UTF-8 is not run, and the byte is named", async () => {
  const file = path.join(folder, "script.hsl");
  const text = '// r\u00e9sum\u00e9\nReject("f?r \u00e9");\n';
  writeFileSync(
    file,
    Buffer.from(text.replace("?", "\0")).map((byte) => (byte === 0 ? 0xfc : byte)),
  );
  const message =
    "The byte 0xFC is no UTF-8. Save the script as UTF-8; inside a string \\xFC stands for this byte.";
  for (const more of [[], ["--check"]]) {
    expect(await command(file, "--flow", "recipient", ...more)).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `DIR/script.hsl:2:10: error: ${message}\n`,
    });
  }
});

test("a variable that the kind of flow has not is told, and the script runs", async () => {
  const vars = '{"$sender": "a@x.test", "sendr": 1}';
  expect(await sluiceHsl("echo $sender; Deliver();", "--vars", vars)).toEqual({
    exitCode: 0,
    stdout: "a@x.test\nDeliver\n",
    stderr: "--vars: a flow of the kind content has no $sendr.\n",
  });
});

test("rates count within a run, and the next run begins anew", async () => {
  const script = `for ($i = 0; $i < 3; $i++) echo rate("mail", "bob", 2, 60);
    echo rate("mail", "bob", 0, 60);
    echo GetMailQueueMetric(["metric" => "count"]);`;
  for (let turn = 0; turn < 2; turn++) {
    expect((await sluiceHsl(script)).stdout).toBe(
      "1\n1\n0\n2\n0\nThe script ends without an action.\n",
    );
  }
});

const asked: string[] = [];
const web = createServer((request, response) => {
  asked.push(request.url ?? "");
  response.end("OK");
});
let port = 0;
let slapd: Slapd;

beforeAll(async () => {
  requirePeer("slapd");
  await new Promise<void>((listening) => web.listen(0, "127.0.0.1", listening));
  const address = web.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  slapd = await startSlapd({
    ldif: `dn: uid=bob,${slapdBase}\nobjectClass: inetOrgPerson\ncn: Bob\nsn: B\nuid: bob\nmail: bob@example.org\nuserPassword: secret\n`,
  });
}, 60_000);
afterAll(async () => {
  web.close();
  await slapd.stop();
});

test("web servers are really asked", async () => {
  const script = `echo http("http://127.0.0.1:${port}/?u=$1&p=$2", 10, "bob", "a&b=c d");`;
  expect((await sluiceHsl(script)).stdout).toMatch(/^OK\n/);
  expect(asked).toEqual(["/?u=bob&p=a%26b%3Dc%20d"]);
});

test("a directory that is named in full is really asked, without a gateway that knows it", async () => {
  const { stdout, stderr } = await sluiceHsl(`
    $host = ["host" => "ldap://127.0.0.1:${slapd.port}", "base" => "${slapdBase}"];
    echo ldap_bind("ldap:1", "${slapdAdmin.dn}", "${slapdAdmin.password}", $host);
    echo ldap_bind("ldap:1", "${slapdAdmin.dn}", "wrong", $host);
    echo ldap_bind("ldap:1", "${slapdAdmin.dn}", "", $host);
    $admin = $host + ["username" => "${slapdAdmin.dn}", "password" => "${slapdAdmin.password}"];
    echo ldap_search("ldap:1", "bob@example.org", $admin)[0]["dn"];
    echo ldap_bind("ldap:1", "${slapdAdmin.dn}", "x");
    echo ldap_bind("ldap:1", "${slapdAdmin.dn}", "");`);
  expect(stderr).toBe("");
  expect(stdout.split("\n").slice(0, -2)).toEqual([
    ...["1", "0", "0", `uid=bob,${slapdBase}`],
    ...["There is no ldap:1.", "-1", "0"],
  ]);
});

test("a message of any shape can be looked at", async () => {
  const eml = path.join(folder, "mail.eml");
  const cases: readonly (readonly [string, string, string])[] = [
    [
      "Subject: one\nX: y\n\nbare LF\n",
      'echo GetHeader("Subject"); echo GetHeader("x");',
      "one\ny\n",
    ],
    ["Subject: caf\xe9\r\n\r\n8 bit \xff\r\n", 'echo strlen(GetHeader("Subject", false));', "4\n"],
    ["", 'echo GetHeader("Subject") == "";', "1\n"],
    [
      'Content-Type: multipart/mixed; boundary="a"\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>\r\n--b--\r\n--a\r\nContent-Type: application/pdf; name="x.pdf"\r\n\r\nx\r\n--a--\r\n',
      'echo count(GetAttachmentsByName("/\\\\.pdf$/i")); echo GetAttachmentName(GetAttachmentsByName("pdf"))[0];',
      "1\nx.pdf\n",
    ],
  ];
  for (const [mail, script, log] of cases) {
    writeFileSync(eml, mail, "latin1");
    const { stdout, stderr } = await sluiceHsl(`${script} Deliver();`, "--message", eml);
    expect(`${stdout}${stderr}`).toBe(`${log}Deliver\n`);
  }
});
