/** ScanDLP on messages with archives that another program packed. */
import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { testWithPeer } from "../support/peers.ts";

const withPython = testWithPeer("python3");

/** Files packed by Python's zipfile; a value that is an array is an archive again. */
const zip = (files: Readonly<Record<string, string>>, wraps = 0): Buffer => {
  const program = `
import base64, io, json, sys, zipfile
files, wraps = json.load(sys.stdin)
def pack(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items(): z.writestr(name, data)
    return out.getvalue()
data = pack(files)
for i in range(wraps): data = pack({"inner%d.zip" % i: data})
print(base64.b64encode(data).decode())`;
  const packed = execFileSync("python3", ["-c", program], {
    input: JSON.stringify([files, wraps]),
    encoding: "utf8",
  });
  return Buffer.from(packed, "base64");
};

const mail = (name: string, bytes: Buffer): string =>
  [
    "Subject: files",
    'Content-Type: multipart/mixed; boundary="b"',
    "",
    "--b",
    "Content-Type: text/plain",
    "",
    "Card 4111 1111 1111 1111",
    "--b",
    `Content-Type: application/octet-stream; name="${name}"`,
    "Content-Transfer-Encoding: base64",
    "",
    bytes.toString("base64"),
    "--b--",
    "",
  ].join("\r\n");

const rules =
  '["program" => ["filename" => ["/[.]exe$/i"]], "binary" => ["type" => "x-dosexec"], "secret" => ["content" => "/top secret/"]]';

const scan = async (message: string, call = `ScanDLP(${rules})`): Promise<string> => {
  const flows = createTestFlows({
    settings: { flows: { f: scriptFlow("content", `echo json_encode(${call});`) } },
  });
  const { trace } = await flows.content("f", message);
  expect(trace?.error ?? null).toBeNull();
  return flows.echoed().join();
};

test("finds names, kinds and words, in decoded parts", async () => {
  expect(await scan(mail("a.EXE", Buffer.from("hello")))).toBe('["program"]');
  expect(await scan(mail("a.txt", Buffer.from("MZ\x90")))).toBe('["binary"]');
  expect(await scan(mail("a.txt", Buffer.from(`${"x".repeat(300_000)}top secret`)))).toBe(
    '["secret"]',
  );
  expect(await scan(mail("a.txt", Buffer.from("hello")))).toBe("[]");
  const card = String.raw`ScanDLP(["card" => ["content" => "/\b4\d{3}( \d{4}){3}\b/"]])`;
  expect(await scan(mail("a.txt", Buffer.from("hello")), card)).toBe('["card"]');
  const gzipped = gzipSync("a top secret");
  expect(await scan(mail("a.txt.gz", gzipped))).toBe('["secret"]');
});

withPython("looks into archives inside archives, whatever they are called", async () => {
  const packed = zip({ "notes.txt": "top secret", "folder/run.exe": "MZ and more" }, 3);
  expect(await scan(mail("harmless.txt", packed))).toBe('["secret","program","binary"]');
  const first = `ScanDLP(${rules}, ["stop_on_match" => true])`;
  expect(await scan(mail("harmless.txt", packed), first)).toBe('["secret"]');
  const shallow = `ScanDLP(${rules}, ["recursion_limit" => 2])`;
  expect(await scan(mail("a.zip", packed), shallow)).toBe('["ERR_RECURSION_LIMIT"]');
});

withPython("says what it could not look into", async () => {
  const packed = zip({ "run.exe": "MZ and more".repeat(50) });
  const locked = Buffer.from(packed);
  const directory = locked.indexOf(Buffer.from("PK\x01\x02", "latin1"));
  locked.writeUInt16LE(1, directory + 8);
  expect(await scan(mail("a.zip", locked))).toBe('["ERR_PASSWORD_PROTECTED","program"]');
  expect(await scan(mail("a.zip", packed.subarray(0, 60)))).toBe('["ERR_UNKNOWN_ERROR"]');
  expect(await scan(mail("a.rar", Buffer.from("Rar!\x1a\x07\x01\x00", "latin1")))).toBe(
    '["ERR_UNKNOWN_ERROR"]',
  );
  const bomb = gzipSync(Buffer.alloc(70 * 1024 * 1024));
  expect(await scan(mail("big.gz", bomb))).toBe('["ERR_UNKNOWN_ERROR"]');
});

test("a rule that cannot be understood is an error", async () => {
  const flows = createTestFlows({
    settings: { flows: { f: scriptFlow("content", 'ScanDLP(["x" => ["filname" => "a"]]);') } },
  });
  const { trace, verdict } = await flows.content("f", mail("a", Buffer.from("x")));
  expect(trace?.error?.message).toContain("filname");
  expect(verdict.answer.kind).toBe("defer");
});

test("uses the rules of the settings when a script gives none, all or some by name", async () => {
  const contentRules = [
    "program: filename /[.]exe$/i",
    "program: type x-dosexec",
    "secret: content top secret",
  ];
  const found = async (call: string, text: string): Promise<string> => {
    const flows = createTestFlows({
      settings: {
        gateway: { contentRules },
        flows: { f: scriptFlow("content", `echo json_encode(${call});`) },
      },
    });
    const { trace } = await flows.content("f", mail("run.bin", Buffer.from(text)));
    return trace?.error?.message ?? flows.echoed().join();
  };
  expect(await found("ScanDLP()", "MZ\x90")).toBe('["program"]');
  expect(await found("ScanDLP()", "Top Secret")).toBe('["secret"]');
  expect(await found('ScanDLP(["program"])', "Top Secret")).toBe("[]");
  expect(await found('ScanDLP(none, ["timeout" => 5])', "hello")).toBe("[]");
  expect(await found('ScanDLP(["programs"])', "hello")).toContain("no rule programs");
  expect(await found('ScanDLP(["x" => ["content" => "/hello/"]])', "hello")).toBe('["x"]');
});

test.each([
  ["program filename /x/", "A name, then filename, type or content"],
  ["program: size 5", "A name, then filename, type or content"],
  ["program: content /(/", "The pattern is none that can be used."],
])("a rule %j is refused where it is typed", (line, why) => {
  const { error } = Settings.safeParse({ gateway: { contentRules: [line] } });
  expect(error?.issues.map(({ message }) => message).join()).toContain(why);
});
