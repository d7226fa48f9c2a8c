import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { QuarantineRow } from "../../src/api/parts.ts";
import {
  acceptUsers,
  type Browser,
  createBrowser,
  firstAdministrator,
  password,
  type RunningApi,
  refusal,
  stageSeconds,
  startApi,
} from "./api-support.ts";

const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h8v8z"/></svg>');
const evil = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
const message = "Subject: Hello\r\nX-Markup: <b>\r\n\r\n<script>alert(1)</script>\r\n";

const held: QuarantineRow = {
  id: "7",
  messageId: "019a0000-0000-7000-8000-000000000001",
  quarantine: "default",
  sender: "a@sender.example",
  recipient: "b@example.org",
  subject: '../../Über\r\n"quote"; filename=evil.exe',
  size: message.length,
  reason: "virus",
  flow: "content",
  node: null,
  revision: 1,
  receivedAt: new Date(0).toISOString(),
  expiresAt: new Date(0).toISOString(),
  releasedAt: null,
  releasedBy: null,
};

let gateway: RunningApi;
let anna: Browser;
let webFolder: string;
const fetched: string[] = [];
const acted: unknown[] = [];

beforeAll(async () => {
  webFolder = mkdtempSync(path.join(tmpdir(), "sluice-web-"));
  mkdirSync(path.join(webFolder, "assets"));
  writeFileSync(path.join(webFolder, "index.html"), "<!doctype html><title>Sluice</title>");
  writeFileSync(path.join(webFolder, "assets/app-1a2b.js"), "export {};");
  const seconds = stageSeconds();
  gateway = await startApi({
    webFolder,
    fetchBytes: async (url) => {
      fetched.push(url);
      if (url.endsWith(".png")) return png;
      return url.endsWith("evil.svg") ? evil : svg;
    },
    quarantine: {
      ...seconds.quarantine,
      get: async (id) => (id === "7" ? held : null),
      content: async (id) =>
        id === "7"
          ? (async function* () {
              yield Buffer.from(message);
            })()
          : null,
    },
    queue: {
      ...seconds.queue,
      select: async () => Array.from({ length: 1200 }, (_, index) => String(index + 1)),
      act: async (action, ids, by) => {
        acted.push({ action, count: ids.length, by });
        return { done: ids.length - 1, skipped: 1, left: [] };
      },
    },
  });
  anna = await firstAdministrator(gateway);
});
afterAll(async () => {
  await gateway.close();
  rmSync(webFolder, { recursive: true });
});

test("a file is written, read back, and replaced only by who has read it", async () => {
  const file = { id: "words", name: "words.txt" };
  const made = await anna.api.files.write.mutate({ ...file, text: "grün\n", version: null });
  expect(await anna.api.files.read.query({ id: "words" })).toMatchObject({
    text: "grün\n",
    size: 6,
    version: made.version,
  });
  const bytes = Buffer.of(0, 255, 1).toString("base64");
  const { version } = await anna.api.files.upload.mutate({
    ...file,
    base64: bytes,
    version: made.version,
  });
  expect(await anna.api.files.read.query({ id: "words" })).toMatchObject({
    text: null,
    base64: bytes,
  });
  const stale = anna.api.files.write.mutate({ ...file, text: "x", version: made.version });
  expect((await refusal(stale)).code).toBe("CONFLICT");
  const nothing = anna.api.files.write.mutate({ ...file, version });
  expect((await refusal(nothing)).code).toBe("INVALID");
  const slash = anna.api.files.write.mutate({ id: "x", name: "../x", text: "", version: null });
  expect((await refusal(slash)).code).toBe("INVALID");
});

test("a list of domains is added at once, with a report for each line", async () => {
  const report = await anna.api.domains.bulkAdd.mutate({
    text: "example.org example.net\n\n# ours\nbücher.example\nexample.org\nno domain!\n",
    template: { oneReply: "merge" },
  });
  expect(report).toEqual({
    added: 2,
    lines: [
      {
        line: 1,
        text: "example.org example.net",
        result: "added",
        id: "example.org",
        reason: null,
      },
      {
        line: 4,
        text: "bücher.example",
        result: "added",
        id: "xn--bcher-kva.example",
        reason: null,
      },
      {
        line: 5,
        text: "example.org",
        result: "exists",
        id: "example.org",
        reason: "example.org is there already.",
      },
      { line: 6, text: "no domain!", result: "wrong", id: null, reason: expect.any(String) },
    ],
  });
  const { body } = await anna.api.settings.get.query({ kind: "domain", id: "example.org" });
  expect(body).toMatchObject({ aliases: ["example.net"], oneReply: "merge" });
  const own = await anna.api.settings.get.query({ kind: "domain", id: "xn--bcher-kva.example" });
  expect(own.body).toMatchObject({ name: "bücher.example" }); // as people write it
});

test("names with numbers are listed as people count", async () => {
  await anna.api.domains.bulkAdd.mutate({
    text: "customer-10.test\ncustomer-2.test\ncustomer-1.test\n",
    template: {},
  });
  const counted = ["customer-1.test", "customer-2.test", "customer-10.test"];
  const isOurs = (name: string): boolean => name.startsWith("customer-");
  const rows = await anna.api.settings.list.query({ kind: "domain" });
  expect(rows.map(({ id }) => id).filter(isOurs)).toEqual(counted);
  const map = await anna.api.domains.map.query({ of: "draft", filter: "customer-" });
  expect(map.columns.map(({ name }) => name)).toEqual(counted);
});

test("a name that is somebody's alias, or stands twice in its line, is refused with the reason; another listener may have it", async () => {
  const add = (text: string, template = {}) =>
    anna.api.domains.bulkAdd.mutate({ text, template }).then(({ lines }) => lines);
  expect(
    await add("example.net\nnew.example xn--bcher-kva.example\nx.example X.example\nany"),
  ).toMatchObject([
    { result: "exists", reason: "example.net belongs to example.org." },
    { result: "exists", reason: "xn--bcher-kva.example is there already." },
    { result: "exists", reason: "x.example stands in the line twice." },
    { result: "added", id: "any" },
  ]);
  expect(await add("example.net", { listener: "inbound" })).toMatchObject([
    { result: "added", id: "example.net" },
  ]);
  expect(await add("example.org", { listener: "inbound" })).toMatchObject([
    { result: "added", id: "example.org-2" },
  ]);
  for (const id of ["any", "example.net", "example.org-2"]) {
    await anna.api.settings.discard.mutate({ kind: "domain", id });
  }
});

test("the flow list counts problems and users of each flow", async () => {
  const save = (kind: "flow" | "domain", id: string, body: unknown) =>
    anna.api.settings.save.mutate({ kind, id, body, version: null });
  await save("flow", "users", acceptUsers);
  await save("flow", "broken", {
    kind: "content",
    title: "Broken",
    entry: "x",
    nodes: { x: { block: "no-such-block", version: 1, config: {} } },
  });
  await save("domain", "flows.example", { recipientFlow: "users" });
  const flows = await anna.api.flows.list.query();
  expect(flows).toEqual([
    expect.objectContaining({ id: "broken", kind: "content", state: "new", usedBy: 0 }),
    expect.objectContaining({ id: "users", title: "Known users", usedBy: 1 }),
  ]);
  expect(flows[0]?.problems.errors).toBeGreaterThan(0);
  expect(flows[1]?.problems.errors).toBe(0);
});

test("an icon is fetched once and served as nothing but an image", async () => {
  const url = "https://icons.example/shield.svg";
  const { sha256 } = await anna.api.icons.fetch.mutate({ url });
  expect(await anna.api.icons.fetch.mutate({ url })).toEqual({ sha256 });
  expect(fetched).toEqual([url]);
  expect(await anna.api.icons.known.query({ urls: [url, "https://other.example/"] })).toEqual([
    { url, sha256 },
  ]);
  const response = await fetch(`${gateway.address}/icons/${sha256}`);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(svg);
  expect(response.headers.get("content-type")).toBe("image/svg+xml");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(response.headers.get("content-security-policy")).toContain("sandbox");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  const hostile = anna.api.icons.fetch.mutate({ url: "https://icons.example/evil.svg" });
  expect(await refusal(hostile)).toMatchObject({ code: "INVALID", detail: { field: "url" } });
  for (const address of ["file:///etc/passwd", "ftp://x.example/", "javascript:alert(1)"]) {
    expect((await refusal(anna.api.icons.fetch.mutate({ url: address }))).code).toBe("INVALID");
  }
  expect((await fetch(`${gateway.address}/icons/..%2f..%2fetc`)).status).toBe(404);
});

test("held mail is shown as text, and reading it is in the audit trail", async () => {
  const { record, preview } = await anna.api.quarantine.get.query({ id: "7" });
  expect(record.reason).toBe("virus");
  expect(preview?.headers).toContainEqual({ name: "X-Markup", value: "<b>" });
  expect(preview?.text).toContain("<script>alert(1)</script>"); // plain text, and only ever text
  const { rows } = await anna.api.system.audit.query({ limit: 1 });
  expect(rows[0]).toMatchObject({ action: "content.read", object: "quarantine/7", actor: "anna" });
});

test("a message is downloaded once, as a file, under a harmless name", async () => {
  const { path: address } = await anna.api.quarantine.download.mutate({ id: "7" });
  const response = await fetch(`${gateway.address}${address}`);
  expect(await response.text()).toBe(message);
  expect(response.headers.get("content-type")).toBe("application/octet-stream");
  expect(response.headers.get("content-disposition")).toBe(
    "attachment; filename=\"_ber-quote-filename-evil.exe.eml\"; filename*=UTF-8''%C3%9Cber-quote-filename-evil.exe.eml",
  );
  expect((await fetch(`${gateway.address}${address}`)).status).toBe(404);
  const late = await anna.api.quarantine.download.mutate({ id: "7" });
  gateway.advance(61_000);
  expect((await fetch(`${gateway.address}${late.path}`)).status).toBe(404);
  const unknown = anna.api.quarantine.download.mutate({ id: "8" });
  expect((await refusal(unknown)).code).toBe("NOT_FOUND");
});

test("an action on many entries is a job that tells how far it is", async () => {
  let job = await anna.api.queue.hold.mutate({ filter: { nextHop: "mx.example.org" } });
  expect(job).toMatchObject({ title: "Hold", by: "anna" });
  while (job.state === "running") job = await anna.api.queue.job.query({ id: job.id });
  expect(job).toMatchObject({ state: "done", total: 1200, done: 1197, skipped: 3, error: null });
  expect(acted).toEqual([
    { action: { kind: "hold" }, count: 500, by: "anna" },
    { action: { kind: "hold" }, count: 500, by: "anna" },
    { action: { kind: "hold" }, count: 200, by: "anna" },
  ]);
  const empty = anna.api.queue.hold.mutate({ ids: [] });
  expect((await refusal(empty)).code).toBe("INVALID");
});

test("a stored secret is tested with the settings it was stored for", async () => {
  const body = { servers: ["192.0.2.3:389"], bindPassword: { secret: "stored" } };
  await anna.api.settings.save.mutate({ kind: "directory", id: "main", body, version: null });
  await anna.api.secrets.set.mutate({
    kind: "directory",
    id: "main",
    field: "bindPassword",
    value: "ten letters",
  });
  const report = await anna.api.directories.test.mutate({ id: "main" });
  expect(report.steps[0]?.text).toBe("11 characters");
  const incomplete = anna.api.directories.test.mutate({ body: { servers: [] } });
  expect(await refusal(incomplete)).toMatchObject({
    code: "INVALID",
    detail: { issues: [{ path: ["servers"], message: "Add at least one." }] },
  });
});

test("the web app is served for every page, its hashed parts for long", async () => {
  for (const page of ["/", "/flows", "/flows/default-content/rev/4"]) {
    const response = await fetch(`${gateway.address}${page}`, { headers: { accept: "text/html" } });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("<title>Sluice</title>");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
  }
  const asset = await fetch(`${gateway.address}/assets/app-1a2b.js`);
  expect(asset.headers.get("cache-control")).toContain("immutable");
  expect((await fetch(`${gateway.address}/assets/gone.js`)).status).toBe(404);
  expect((await fetch(`${gateway.address}/trpc/no.such`)).status).toBe(404);
  expect(
    (await fetch(`${gateway.address}/..%2f..%2fetc%2fpasswd`)).headers.get("content-type"),
  ).toContain("text/html");
});

test("an operator handles mail and reads no password form; an auditor only looks", async () => {
  await anna.api.users.add.mutate({ name: "otto", role: "operator", password });
  const otto = createBrowser(gateway.address);
  await otto.api.signIn.signIn.mutate({ name: "otto", password });
  expect((await otto.api.queue.retry.mutate({ ids: ["1"] })).by).toBe("otto");
  const save = otto.api.settings.discard.mutate({});
  expect((await refusal(save)).code).toBe("NOT_ALLOWED");
  await anna.api.users.setRole.mutate({ name: "otto", role: "auditor" });
  expect((await otto.api.signIn.status.query()).user).toBeNull();
});
