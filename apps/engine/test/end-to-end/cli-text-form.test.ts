import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificate } from "../support/certificate.ts";
import {
  acceptUsers,
  type Browser,
  firstAdministrator,
  type RunningApi,
  startApi,
} from "./api-support.ts";

let gateway: RunningApi;
let anna: Browser;
let folder: string;
beforeAll(async () => {
  gateway = await startApi();
  anna = await firstAdministrator(gateway);
  folder = mkdtempSync(path.join(tmpdir(), "sluice-text-"));
});
afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

type Result = { readonly code: number | null; readonly out: string; readonly err: string };

const sluice = (args: readonly string[], input = ""): Promise<Result> =>
  new Promise((resolve, reject) => {
    const main = path.resolve(import.meta.dirname, "../../src/cli/main.ts");
    const child = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, SLUICE_DATA_DIR: gateway.dataFolder },
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });

const live = async (): Promise<number> => {
  const { rows } = await anna.api.settings.revisions.query({ limit: 1 });
  return rows[0]?.number ?? 0;
};

test("what was exported is planned as nothing, edited, planned, applied", async () => {
  const save = (kind: "transport" | "domain" | "flow", id: string, body: unknown) =>
    anna.api.settings.save.mutate({ kind, id, body, version: null });
  await save("transport", "internal", { destination: "192.0.2.10:25" });
  await save("flow", "known-users", acceptUsers);
  await save("domain", "example.org", { transport: "internal", recipientFlow: "known-users" });
  await anna.api.files.write.mutate({
    id: "words",
    name: "words.txt",
    text: "viagra\n",
    version: null,
  });
  await anna.api.settings.publish.mutate({ message: "Ours" });

  expect(await sluice(["export", folder])).toMatchObject({ code: 0, err: "" });
  expect(readdirSync(folder).sort()).toEqual([
    "domains",
    "files",
    "flows",
    "gateway.yaml",
    "listeners",
    "quarantines",
    "transports",
  ]);
  expect(readFileSync(path.join(folder, "files/content/words.txt"), "utf8")).toBe("viagra\n");

  expect(await sluice(["plan", folder])).toMatchObject({ code: 0, out: "Nothing would change.\n" });
  expect(await sluice(["apply", folder])).toMatchObject({ code: 0, out: "Nothing changed.\n" });
  expect(await live()).toBe(2);

  const file = path.join(folder, "transports/internal.yaml");
  writeFileSync(file, "# the Exchange server in the cellar\ndestination: 192.0.2.20:25\n");
  writeFileSync(path.join(folder, "files/content/words.txt"), "viagra\ncasino\n");
  const plan = await sluice(["plan", folder]);
  expect(plan.out).toContain(
    '~ transport internal\n    destination: "192.0.2.10:25" → "192.0.2.20:25"',
  );
  expect(plan.out).toContain("~ file words");
  expect(plan.code).toBe(0);
  expect(await live()).toBe(2);

  const apply = await sluice(["apply", folder, "--message", "New server", "--json"]);
  expect(JSON.parse(apply.out)).toMatchObject({ revision: 3 });
  expect(
    (await anna.api.settings.get.query({ kind: "transport", id: "internal" })).body,
  ).toMatchObject({
    destination: "192.0.2.20:25",
  });
  expect((await anna.api.files.read.query({ id: "words" })).text).toBe("viagra\ncasino\n");
  expect(await anna.api.settings.changes.query()).toEqual([]);
});

test("secrets that nothing uses are listed, and go one at a time", async () => {
  const directory = { kind: "directory", id: "old" } as const;
  await anna.api.secrets.set.mutate({ ...directory, field: "bindPassword", value: "of old" });
  await gateway.database.pool.query("UPDATE secret SET updated_at = now() - interval '2 days'");
  const listed = await sluice(["secrets", "unused"]);
  expect(listed).toMatchObject({
    code: 0,
    out: expect.stringContaining("directory/old/bindPassword"),
  });
  expect(listed.out).not.toContain("of old");
  expect(await sluice(["secrets", "delete", "directory/old"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("KIND/ID/FIELD"),
  });
  expect(await sluice(["secrets", "delete", "directory/old/bindPassword"])).toMatchObject({
    code: 0,
  });
  expect((await sluice(["secrets", "unused"])).out).not.toContain("directory/old");
});

test("comments survive the next export, and files of removed objects go", async () => {
  await anna.api.settings.save.mutate({
    kind: "quarantine",
    id: "spam",
    body: { title: "Spam" },
    version: null,
  });
  await anna.api.settings.publish.mutate({ message: "Spam" });
  await sluice(["export", folder]);
  expect(readdirSync(path.join(folder, "quarantines"))).toEqual(["default.yaml", "spam.yaml"]);
  writeFileSync(path.join(folder, "README.md"), "ours\n");
  const { version } = await anna.api.settings.get.query({ kind: "quarantine", id: "spam" });
  await anna.api.settings.remove.mutate({ kind: "quarantine", id: "spam", version });
  await anna.api.settings.publish.mutate({ message: "No spam" });
  await sluice(["export", folder]);
  expect(readdirSync(path.join(folder, "quarantines"))).toEqual(["default.yaml"]);
  expect(readFileSync(path.join(folder, "transports/internal.yaml"), "utf8")).toContain(
    "# the Exchange server in the cellar",
  );
  expect(readFileSync(path.join(folder, "README.md"), "utf8")).toBe("ours\n");
});

test("one wrong line refuses the whole directory, by file and line", async () => {
  const file = path.join(folder, "transports/internal.yaml");
  const before = readFileSync(file, "utf8");
  writeFileSync(file, `${before}retryMinuts: [1, 2]\n`);
  writeFileSync(path.join(folder, "domains/fine.example.yaml"), "transport: internal\n");
  const number = await live();
  const apply = await sluice(["apply", folder]);
  expect(apply.code).toBe(1);
  expect(apply.err).toContain(
    "transports/internal.yaml:3:1: There is no setting “retryMinuts” here. Did you mean “retryMinutes”?",
  );
  expect(await live()).toBe(number);
  expect(await anna.api.settings.list.query({ kind: "domain" })).toHaveLength(1);
  writeFileSync(file, before);
});

test("a name that leads nowhere is planned with its line, and not applied", async () => {
  writeFileSync(
    path.join(folder, "domains/fine.example.yaml"),
    "aliases: []\ntransport: nowhere\n",
  );
  const plan = await sluice(["plan", folder]);
  expect(plan.code).toBe(1);
  expect(plan.out).toContain(
    "domains/fine.example.yaml:2:1: error: domain fine.example, transport: There is no transport “nowhere”.",
  );
  const apply = await sluice(["apply", folder]);
  expect(apply.code).toBe(1);
  expect(apply.err).toContain("There is no transport “nowhere”.");
  rmSync(path.join(folder, "domains/fine.example.yaml"));
});

test("somebody's open draft is not thrown away unasked", async () => {
  await anna.api.settings.save.mutate({
    kind: "domain",
    id: "draft.example",
    body: { transport: "internal" },
    version: null,
  });
  writeFileSync(path.join(folder, "gateway.yaml"), "logDays: 7\n");
  const refused = await sluice(["apply", folder]);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("domain draft.example");
  expect(await sluice(["apply", folder, "--discard-draft"])).toMatchObject({ code: 0 });
  expect(await anna.api.settings.list.query({ kind: "domain" })).toHaveLength(1);
});

test("a directory that is something else is neither written over nor applied", async () => {
  const other = path.join(folder, "../", `${path.basename(folder)}-other`);
  mkdirSync(other);
  writeFileSync(path.join(other, "notes.txt"), "mine\n");
  const number = await live();
  expect((await sluice(["export", other])).code).toBe(1);
  const apply = await sluice(["apply", other]);
  expect(apply.code).toBe(1);
  expect(apply.err).toContain("gateway.yaml is missing");
  expect(readdirSync(other)).toEqual(["notes.txt"]);
  expect(await live()).toBe(number);
  rmSync(other, { recursive: true });
});

test("rollback, check, status, script and users answer on the command line", async () => {
  const number = await live();
  expect((await sluice(["rollback", "2"])).out).toBe(
    `Revision ${number + 1} has the content of revision 2.\n`,
  );
  expect(await sluice(["check"])).toMatchObject({ code: 0 });
  const status = JSON.parse((await sluice(["status", "--json"])).out) as { revision: number };
  expect(status.revision).toBe(number + 1);
  const script = await sluice(["flow", "script", "known-users"]);
  expect(script.out).toContain('Reject("Relaying denied")');

  const user = ["user", "add", "otto", "--role", "operator"];
  expect((await sluice(user, "short\n")).err).toContain("12 characters");
  expect(await sluice(user, "a long enough phrase\n")).toMatchObject({
    code: 0,
    out: "otto may sign in as operator.\n",
  });
  expect(await sluice(["user", "add", "otto", "--role", "king"])).toMatchObject({ code: 2 });
  const { rows } = await anna.api.system.audit.query({ limit: 1 });
  expect(rows[0]).toMatchObject({ action: "user.add", object: "user/otto", actor: "command line" });

  expect(await sluice(["queue", "retry", "hop:mx.example.org"])).toMatchObject({
    code: 0,
    out: "Deliver now: 2 done.\n",
  });
  expect((await sluice(["queue", "delete"])).err).toContain("--all");
  expect((await sluice(["queue", "list", "colour:red"])).code).toBe(2);
  expect(await sluice(["no-such-command"])).toMatchObject({ code: 2, out: "" });
});

test("a problem in the draft makes check fail", async () => {
  await anna.api.settings.save.mutate({
    kind: "domain",
    id: "wrong.example",
    body: { transport: "nowhere" },
    version: null,
  });
  const check = await sluice(["check"]);
  expect(check.code).toBe(1);
  expect(check.out).toContain("There is no transport “nowhere”.");
});

test("without a gateway the command says what to do", async () => {
  const empty = mkdtempSync(path.join(tmpdir(), "sluice-empty-"));
  const { dataFolder } = gateway;
  Object.assign(gateway, { dataFolder: empty });
  const { code, err } = await sluice(["status"]);
  Object.assign(gateway, { dataFolder });
  expect(code).toBe(1);
  expect(err).toContain("No gateway has run with the data folder");
  rmSync(empty, { recursive: true });
});

test("a signing domain is exported without its private keys, and comes back as it was", async () => {
  const id = "example.org";
  const body = { domain: id };
  await anna.api.settings.discard.mutate({}); // what the tests before left
  await anna.api.settings.save.mutate({ kind: "signer", id, body, version: null });
  await anna.api.signers.makeKey.mutate({ id, selector: "s1", algorithm: "ed25519-sha256" });
  await anna.api.signers.makeRewritingKey.mutate({ id });
  await anna.api.settings.publish.mutate({ message: "Keys", acceptWarnings: true });
  const out = path.join(folder, "signers");
  expect((await sluice(["export", out])).code).toBe(0);
  const text = readFileSync(path.join(out, "signers/example.org.yaml"), "utf8");
  expect(text).toMatch(/domain: example\.org\nkeys:\n {2}s1:\n {4}algorithm: ed25519-sha256/);
  expect(text).toMatch(/srsKey:\n {2}secret: stored/);
  expect(text).not.toContain("PRIVATE KEY");
  writeFileSync(
    path.join(out, "signers/example.org.yaml"),
    text.replace("algorithm: ed25519-sha256", "algorithm: ed25519-sha256\n    use: active"),
  );
  expect((await sluice(["plan", out])).out).toContain("example.org");
  const applied = await sluice(["apply", out, "--message", "Activate"]);
  expect(applied.code, applied.err).toBe(0);
  expect(await anna.api.signers.keys.query({ id })).toMatchObject([
    { selector: "s1", use: "active", privateKey: "set" },
  ]);
});

test("a renewed certificate goes live alone, by files or standard input, and twice changes nothing", async () => {
  await anna.api.settings.save.mutate({
    kind: "transport",
    id: "unfinished",
    body: { destination: "192.0.2.99:25" },
    version: null,
  });
  const before = await live();
  const made = makeCertificate(["mx.example.org"]);
  const files = mkdtempSync(path.join(tmpdir(), "sluice-renewed-"));
  const [chain, key] = [path.join(files, "chain.pem"), path.join(files, "key.pem")];
  writeFileSync(chain, made.certificate);
  writeFileSync(key, made.privateKey);
  const put = await sluice(["certificate", "put", "mx", "--chain", chain, "--key", key]);
  expect(put).toMatchObject({ code: 0, err: "" });
  expect(await live()).toBe(before + 1);
  // the other change is still a draft
  expect(await anna.api.settings.changes.query()).toContainEqual(
    expect.objectContaining({ kind: "transport", id: "unfinished", change: "added" }),
  );
  expect((await anna.api.certificates.describe.query({ id: "mx" })).key).toBe("fits");
  const again = await sluice(
    ["certificate", "put", "mx", "--chain", "-"],
    `${made.certificate}\n${made.privateKey}`,
  );
  expect(again.out).toBe("Certificate mx is live already.\n");
  expect(await live()).toBe(before + 1);
  const stranger = makeCertificate(["other.example.org"]);
  writeFileSync(key, stranger.privateKey);
  const wrong = await sluice(["certificate", "put", "mx", "--chain", chain, "--key", key]);
  expect(wrong.code).toBe(1);
  expect(await live()).toBe(before + 1);
  rmSync(files, { recursive: true });
});

test("whoever lost the authenticator signs in again after a word on the command line", async () => {
  const reset = await sluice(["user", "reset-second-factor", "anna"]);
  expect(reset).toMatchObject({ code: 0, out: expect.stringContaining("password alone") });
  const nobody = await sluice(["user", "reset-second-factor", "nobody"]);
  expect(nobody.code).not.toBe(0);
  expect(nobody.err).toContain("There is no user nobody.");
});
