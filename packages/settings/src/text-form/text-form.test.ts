import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Settings } from "../settings.ts";
import { type FileError, fromFiles } from "./from-files.ts";
import { placeOf } from "./paths.ts";
import { toFiles } from "./to-files.ts";

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const words = Buffer.from("viagra\n");

const example = Settings.parse({
  gateway: { hostName: "mx.example.org" },
  listeners: {
    inbound: {
      port: 2525,
      tls: { mode: "optional", certificates: ["main"] },
      ipPolicyFlow: "policy",
    },
  },
  domains: { "example.org": { transport: "internal", aliases: ["example.net"] } },
  transports: { internal: { destination: "192.0.2.10:25" } },
  directories: { main: { servers: ["192.0.2.3:389"], bindPassword: { secret: "stored" } } },
  certificates: {
    main: { certificate: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" },
  },
  files: { words: { name: "words.txt", sha256: digest(words) } },
  flows: {
    policy: {
      kind: "ip-policy",
      title: "Policy",
      entry: "ok",
      nodes: { ok: { block: "allow", version: 1, config: {} } },
    },
  },
  layouts: { policy: { ok: { x: 8, y: 16 } } },
});
const contents = new Map([[digest(words), words]]);

const read = (files: ReadonlyMap<string, string | Uint8Array>) => {
  const result = fromFiles(files, digest);
  if (result.kind === "wrong") throw new Error(JSON.stringify(result.errors, null, 2));
  return result;
};

const errorsOf = (files: ReadonlyMap<string, string | Uint8Array>): readonly FileError[] => {
  const result = fromFiles(files, digest);
  if (result.kind === "settings") throw new Error("it was read");
  return result.errors;
};

const withFile = (path: string, text: string) =>
  new Map([...toFiles(example, { contents }), [path, text]]);

describe("written", () => {
  test("each object has its file, and the file says what differs from the defaults", () => {
    const files = toFiles(example, { contents });
    expect([...files.keys()].sort()).toEqual([
      "certificates/main.yaml",
      "directories/main.yaml",
      "domains/example.org.yaml",
      "files/content/words.txt",
      "files/words.yaml",
      "flows/ip-policy/policy.layout.yaml",
      "flows/ip-policy/policy.yaml",
      "gateway.yaml",
      "listeners/inbound.yaml",
      "transports/internal.yaml",
    ]);
    expect(files.get("listeners/inbound.yaml")).toBe(
      "ipPolicyFlow: policy\ntls:\n  certificates:\n  - main\n  mode: optional\n",
    );
    expect(files.get("directories/main.yaml")).toBe(
      "bindPassword:\n  secret: stored\nservers:\n- 192.0.2.3:389\n",
    );
    expect(files.get("files/words.yaml")).toBe("name: words.txt\n");
    expect(files.get("certificates/main.yaml")).toContain("certificate: |\n  -----BEGIN");
  });

  test("comments of the files that were there stay, wherever they stand", () => {
    const before =
      "# our inbound side\ntls: # ask Petra first\n  mode: off\n  # the wildcard\n  certificates: [main]\nport: 25 # as root\nipPolicyFlow: old\n";
    const text = toFiles(example, { existing: new Map([["listeners/inbound.yaml", before]]) }).get(
      "listeners/inbound.yaml",
    );
    for (const comment of ["# our inbound side", "# ask Petra first", "# the wildcard"]) {
      expect(text).toContain(comment);
    }
    expect(text).toContain("mode: optional");
    expect(text).toContain("ipPolicyFlow: policy");
  });

  test("writing over what was written changes nothing", () => {
    const files = toFiles(example, { contents });
    const existing = new Map(
      [...files].map(([path, text]) => [path, Buffer.from(text).toString()]),
    );
    expect([...toFiles(example, { contents, existing })]).toEqual([...files]);
  });
});

describe("read", () => {
  test("what was written is what is read", () => {
    const result = read(toFiles(example, { contents }));
    expect(result.settings).toEqual(example);
    expect([...result.contents.values()]).toEqual([words]);
  });

  test("the place of a field is known, for problems that are found later", () => {
    const { locate } = read(toFiles(example, { contents }));
    expect(locate("listener", "inbound", ["tls", "certificates", 0])).toEqual({
      file: "listeners/inbound.yaml",
      line: 4,
      column: 5,
    });
  });

  const wrong: readonly [string, string, string, Partial<FileError>][] = [
    [
      "a misspelt setting",
      "listeners/inbound.yaml",
      "port: 25\ndirectProcesing: true\n",
      {
        line: 2,
        column: 1,
        field: "directProcesing",
        cure: "Did you mean “directProcessing”?",
      },
    ],
    [
      "a misspelt setting deeper down",
      "listeners/inbound.yaml",
      "tls:\n  mod: off\n",
      { line: 2, column: 3, field: "tls.mod", cure: "Did you mean “mode”?" },
    ],
    [
      "a number too large",
      "listeners/inbound.yaml",
      "# comment\nport: 70000\n",
      { line: 2, column: 1, field: "port", cure: "Write at most 65535." },
    ],
    [
      "text for a number",
      "listeners/inbound.yaml",
      "port: smtp\n",
      { line: 1, column: 1, field: "port", cure: "Write a number without quotes." },
    ],
    [
      "a value that is no choice",
      "listeners/inbound.yaml",
      "tls: { mode: maybe }\n",
      { field: "tls.mode", cure: "Write one of: off, optional, required, implicit." },
    ],
    [
      "a missing setting",
      "transports/internal.yaml",
      "helo: mx.example.org\n",
      { line: 1, field: "destination", message: "“destination” is missing." },
    ],
    [
      "a password in the clear",
      "directories/main.yaml",
      'servers: ["192.0.2.3:389"]\nbindPassword: hunter2\n',
      {
        line: 2,
        column: 1,
        field: "bindPassword",
        cure: expect.stringContaining("secret: stored"),
      },
    ],
    [
      "broken YAML",
      "domains/example.org.yaml",
      "transport: internal\n  aliases: [example.net\n",
      { cure: expect.stringContaining("Correct the YAML") },
    ],
    [
      "a key twice",
      "domains/example.org.yaml",
      "transport: internal\ntransport: other\n",
      { line: 2, message: expect.stringContaining("unique") },
    ],
    [
      "a flow in the wrong folder",
      "flows/content/wrong.yaml",
      "kind: recipient\ntitle: Wrong\nnodes: {}\n",
      { line: 1, column: 1, field: "kind", cure: expect.stringContaining("flows/recipient/") },
    ],
    [
      "a flow twice",
      "flows/recipient/policy.yaml",
      "kind: recipient\ntitle: Again\nnodes: {}\n",
      { message: expect.stringContaining("flows/ip-policy/policy.yaml") },
    ],
    [
      "a file where none belongs",
      "listener/inbound.yaml",
      "port: 25\n",
      { message: "No settings belong into this file." },
    ],
    [
      "an id with capitals",
      "listeners/Inbound.yaml",
      "port: 25\n",
      { message: "No settings belong into this file." },
    ],
    [
      "a file without its content",
      "files/more.yaml",
      "name: more.txt\n",
      { line: 1, field: "name", cure: "Put the content into files/content/more.txt." },
    ],
    [
      "content without its file",
      "files/content/stray.txt",
      "hello",
      { message: "No file object names this content." },
    ],
    [
      "a key that reaches for a prototype",
      "flows/ip-policy/policy.yaml",
      "kind: ip-policy\ntitle: x\nnodes:\n  ok: { block: allow, version: 1, config: { __proto__: { a: 1 } } }\n",
      { line: 4, message: "The key “__proto__” is not allowed." },
    ],
  ];
  test.each(wrong)("%s is told with its place and its cure", (_title, path, text, error) => {
    expect(errorsOf(withFile(path, text))).toEqual([
      expect.objectContaining({ file: path, ...error }),
    ]);
  });

  test("bytes that are no text are told", () => {
    const files = new Map<string, string | Uint8Array>(toFiles(example, { contents }));
    files.set("gateway.yaml", Buffer.of(0xff, 0xfe, 0x00));
    expect(errorsOf(files)).toEqual([
      expect.objectContaining({ file: "gateway.yaml", message: "This is not text in UTF-8." }),
    ]);
  });

  test("a directory that is something else is refused whole", () => {
    const files = new Map([["docker-compose.yaml", "services: {}\n"]]);
    expect(errorsOf(files).map(({ file }) => file)).toEqual([
      "docker-compose.yaml",
      "gateway.yaml",
    ]);
  });

  test("a bomb of aliases is refused", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 9; level++) {
      const alias = `*a${level - 1}`;
      lines.push(`a${level}: &a${level} [${Array(9).fill(alias).join(", ")}]`);
    }
    expect(errorsOf(withFile("gateway.yaml", `${lines.join("\n")}\n`))[0]?.cure).toContain(
      "aliases",
    );
  });

  test("every error of every file is told at once", () => {
    const files = withFile("listeners/inbound.yaml", "port: 0\nmaximumHops: many\n");
    files.set("transports/internal.yaml", "destination: 7\n");
    expect(errorsOf(files).map(({ file, line, field }) => `${file}:${line} ${field}`)).toEqual([
      "listeners/inbound.yaml:1 port",
      "listeners/inbound.yaml:2 maximumHops",
      "transports/internal.yaml:1 destination",
    ]);
  });
});

const id = fc.stringMatching(/^[a-z0-9](?:[a-z0-9.-]{0,20}[a-z0-9])?$/);
const tricky = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.constantFrom(
    "yes",
    "null",
    "1e3",
    "0x1f",
    "- a",
    "a: b",
    "# c",
    " x ",
    "\t",
    "a\r\nb\n\n",
    "~",
    "«",
    "'",
    '"',
    "{}",
    "2026-01-01",
  ),
);
const node = fc.record({
  block: tricky,
  version: fc.integer({ min: 1, max: 9 }),
  config: fc.dictionary(
    fc
      .string({ maxLength: 12 })
      .filter((key) => !["__proto__", "constructor", "prototype"].includes(key)),
    fc.oneof(
      tricky,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tricky, { maxLength: 3 }),
    ),
    { maxKeys: 4 },
  ),
  outcomes: fc.dictionary(
    fc.stringMatching(/^[a-z]{1,8}$/),
    fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
    { maxKeys: 3 },
  ),
});
const nodes = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), node, { maxKeys: 4 });
const flow = fc.record({
  kind: fc.constantFrom("ip-policy", "authentication", "recipient", "content", "delivery"),
  title: tricky.filter((title) => title.length > 0),
  nodes,
});
const arbitrarySettings = fc.record({
  gateway: fc.record({
    hostName: fc.constantFrom("", "mx.example.org", "1.no"),
    resolvers: fc.array(tricky, { maxLength: 2 }),
  }),
  listeners: fc.dictionary(
    id,
    fc.record({
      title: tricky,
      port: fc.integer({ min: 1, max: 65_535 }),
      directProcessing: fc.boolean(),
      tls: fc.record({ mode: fc.constantFrom("off", "required") }),
    }),
    { maxKeys: 3 },
  ),
  domains: fc.dictionary(id, fc.record({ aliases: fc.array(tricky, { maxLength: 3 }) }), {
    maxKeys: 3,
  }),
  transports: fc.dictionary(
    id,
    fc.record({
      destination: tricky.filter((text) => text.length > 0),
      retryMinutes: fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { maxLength: 3 }),
      password: fc.constantFrom({ secret: "stored" }, { secret: "env SMTP_PASSWORD" }),
    }),
    { maxKeys: 3 },
  ),
  certificates: fc.dictionary(id, fc.record({ certificate: tricky }), { maxKeys: 2 }),
  flows: fc.dictionary(fc.oneof(id, fc.constantFrom("a.layout", "a")), flow, { maxKeys: 4 }),
});

test("whatever the settings are, their text says them again", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(arbitrarySettings, (raw) => {
      const layouts = Object.fromEntries(
        Object.entries(raw.flows).map(([name, { nodes: inner }]) => [
          name,
          Object.fromEntries(Object.keys(inner).map((key, index) => [key, { x: index, y: -8.5 }])),
        ]),
      );
      const settings = Settings.parse({ ...raw, layouts });
      const files = toFiles(settings);
      for (const path of files.keys()) expect(placeOf(path)).not.toBeNull();
      expect(read(files).settings).toEqual(settings);
      const existing = new Map(
        [...files].map(([path, text]) => [path, Buffer.from(text).toString()]),
      );
      expect([...toFiles(settings, { existing })]).toEqual([...files]);
    }),
    { numRuns: 100 },
  );
});
