/** Directories, against real OpenLDAP: a layout as Active Directory has it, and one with mail. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLdap, type LdapProfile } from "../../src/flows/host/ldap.ts";
import { escapeDn, filterProblem } from "../../src/flows/host/ldap-filter.ts";
import { testDirectory } from "../../src/flows/host/test-directory.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { freePort } from "../support/gateway.ts";
import {
  activeDirectorySchema,
  type Slapd,
  slapdAdmin,
  slapdBase,
  startSlapd,
} from "../support/slapd.ts";

let mail: Slapd;
let active: Slapd;
const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

/** Names that would break a filter or a DN that is put together as text. */
const nasty = [
  "star*",
  "paren)(x",
  "back\\slash",
  "a,b",
  'quo"te',
  "plus+",
  "<tag>",
  "semi;colon",
  "hash#",
  "eq=uals",
  "*",
  ")(uid=*",
  "ünï cödé",
  "a  b",
];

beforeAll(async () => {
  const people = nasty.map(
    (name, index) =>
      `dn:: ${base64(`cn=${escapeDn(name)},${slapdBase}`)}\nobjectClass: inetOrgPerson\ncn:: ${base64(name)}\nsn: x\nuid: nasty${index}\nmail: nasty${index}@example.test\n`,
  );
  const many = Array.from(
    { length: 150 },
    (_, index) =>
      `dn: cn=many${index},${slapdBase}\nobjectClass: inetOrgPerson\ncn: many${index}\nsn: many\n`,
  );
  mail = await startSlapd({
    idleSeconds: 1,
    ldif: [
      `dn: uid=alice,${slapdBase}\nobjectClass: inetOrgPerson\ncn: Alice\nsn: A\nuid: alice\nmail: alice@example.test\nmail: al@example.test\nuserPassword: wonderland\n`,
      `dn: uid=bob,${slapdBase}\nobjectClass: inetOrgPerson\ncn: Bob\nsn: B\nuid: bob\nmail: bob@example.test\nuserPassword: builder\n`,
      ...people,
      ...many,
    ].join("\n"),
  });
  active = await startSlapd({
    schema: activeDirectorySchema,
    ldif: `dn: cn=Carol,${slapdBase}\nobjectClass: inetOrgPerson\nobjectClass: adUser\ncn: Carol\nsn: C\nsAMAccountName: carol\nproxyAddresses: SMTP:carol@example.test\nproxyAddresses: smtp:caroline@example.test\nuserPassword: christmas\n`,
  });
});
afterAll(async () => {
  await mail.stop();
  await active.stop();
});

const profile = (more: Partial<LdapProfile> = {}): LdapProfile => ({
  servers: [`127.0.0.1:${mail.port}`],
  tls: "none",
  verifyCertificate: true,
  bindDn: slapdAdmin.dn,
  password: slapdAdmin.password,
  base: slapdBase,
  query: "(mail=%s)",
  scope: "sub",
  attributes: ["mail", "uid"],
  userQuery: "",
  connectSeconds: 2,
  querySeconds: 2,
  ...more,
});
const adProfile = (more: Partial<LdapProfile> = {}): LdapProfile =>
  profile({
    servers: [`127.0.0.1:${active.port}`],
    query: "(proxyAddresses=smtp:%s)",
    attributes: ["sAMAccountName"],
    userQuery: "(|(sAMAccountName=%s)(proxyAddresses=smtp:%s))",
    ...more,
  });

test("finds one entry, none, and tells both from a directory that is down", async () => {
  const ldap = createLdap();
  const found = await ldap.search(profile(), "al@example.test");
  expect(found).toMatchObject({ kind: "entries", entries: [{ dn: `uid=alice,${slapdBase}` }] });
  expect(found.kind === "entries" && found.entries[0]?.attributes.get("mail")).toEqual([
    "alice@example.test",
    "al@example.test",
  ]);
  expect(await ldap.search(profile(), "nobody@example.test")).toEqual({
    kind: "entries",
    entries: [],
  });
  expect(
    await ldap.search(
      profile({ servers: [`127.0.0.1:${await freePort()}`] }),
      "alice@example.test",
    ),
  ).toMatchObject({ kind: "error" });
  expect(await ldap.search(profile({ password: "wrong" }), "alice@example.test")).toMatchObject({
    kind: "error",
  });
  expect(
    await ldap.search(profile({ base: "dc=nowhere,dc=test" }), "alice@example.test"),
  ).toMatchObject({ kind: "error" });
  expect(await ldap.search(profile({ query: "(((" }), "alice@example.test")).toMatchObject({
    kind: "error",
  });
  await ldap.close();
});

test("proxyAddresses as Active Directory has them", async () => {
  const ldap = createLdap();
  expect(await ldap.search(adProfile(), "Caroline@example.test")).toMatchObject({
    entries: [{ dn: `cn=Carol,${slapdBase}` }],
  });
  expect(await ldap.search(adProfile(), "alice@example.test")).toMatchObject({ entries: [] });
  expect(await ldap.bind(adProfile(), "carol", "christmas")).toEqual({ kind: "right" });
  expect(await ldap.bind(adProfile(), "carol@example.test", "christmas")).toEqual({
    kind: "right",
  });
  expect(await ldap.bind(adProfile(), "carol", "easter")).toEqual({ kind: "wrong" });
  expect(await ldap.bind(adProfile(), "nobody", "christmas")).toEqual({ kind: "wrong" });
  await ldap.close();
});

test.each(nasty.map((name, index) => [name, index] as const))(
  "the name %j finds exactly its own entry",
  async (name, index) => {
    const ldap = createLdap();
    for (const query of ["(cn=%s)", "(&(objectClass=inetOrgPerson)(|(cn=%s)(uid=%s)))"]) {
      const found = await ldap.search(profile({ query }), name);
      expect(found).toMatchObject({ kind: "entries" });
      expect(
        found.kind === "entries" && found.entries.map((one) => one.attributes.get("uid")),
      ).toEqual([[`nasty${index}`]]);
    }
    await ldap.close();
  },
);

test("no value of 2,500 finds anything but itself", async () => {
  const ldap = createLdap();
  const pieces = fc.constantFrom(
    "*",
    "(",
    ")",
    "\\",
    "\\2a",
    "|",
    "&",
    "!",
    "=",
    "~",
    ">",
    "<",
    "uid",
    "alice",
    "mail",
    "\0",
    "ü",
    "%s",
    " ",
    ",",
    "cn=",
    ")(uid=*",
    "(|",
    "x",
  );
  const values = fc.sample(
    fc.oneof(
      fc.array(pieces, { minLength: 1, maxLength: 8 }).map((parts) => parts.join("")),
      fc.string({ minLength: 1, maxLength: 30, unit: "binary" }),
    ),
    { numRuns: 2500, seed: 7 },
  );
  const known = new Set(
    [...nasty, "alice", "bob"].map((name) => name.trim().replace(/ +/g, " ").toLowerCase()),
  );
  for (let at = 0; at < values.length; at += 100) {
    const slice = values.slice(at, at + 100);
    const results = await Promise.all(
      slice.map((value) => ldap.search(profile({ query: "(|(uid=%s)(cn=%s))" }), value)),
    );
    for (const [index, result] of results.entries()) {
      const value = slice[index] ?? "";
      if (result.kind === "error") throw new Error(`${JSON.stringify(value)}: ${result.text}`);
      // values are compared as the directory does: without case and outer blanks
      const isKnown = known.has(value.trim().replace(/ +/g, " ").toLowerCase());
      expect(`${JSON.stringify(value)} ${result.entries.length}`).toBe(
        `${JSON.stringify(value)} ${isKnown ? 1 : 0}`,
      );
    }
  }
  await ldap.close();
});

test("a password is right or wrong; an empty one never reaches the directory", async () => {
  const ldap = createLdap();
  const dn = `uid=alice,${slapdBase}`;
  expect(await ldap.bind(profile(), dn, "wonderland")).toEqual({ kind: "right" });
  expect(await ldap.bind(profile(), dn, "Wonderland")).toEqual({ kind: "wrong" });
  expect(
    await ldap.bind(profile({ userQuery: "(mail=%s)" }), "al@example.test", "wonderland"),
  ).toEqual({ kind: "right" });
  expect(await ldap.bind(profile({ userQuery: "(mail=%s)" }), "*", "wonderland")).toEqual({
    kind: "wrong",
  });
  expect(await ldap.bind(profile(), "not a dn", "wonderland")).toEqual({ kind: "wrong" });
  const nobody = profile({ servers: [`127.0.0.1:${await freePort()}`] });
  for (const password of ["", "\0", "\0wonderland"])
    expect(await ldap.bind(nobody, dn, password)).toEqual({ kind: "wrong" });
  expect(await ldap.bind(nobody, "", "x")).toEqual({ kind: "wrong" });
  expect(await ldap.bind(nobody, dn, "wonderland")).toMatchObject({ kind: "error" });
  expect(await ldap.bind(profile({ userQuery: "(sn=many)" }), "x", "y")).toMatchObject({
    kind: "error",
  });
  await ldap.close();
});

test("more entries than anybody asked for is an error, not the first hundred", async () => {
  const ldap = createLdap();
  expect(await ldap.search(profile({ query: "(sn=%s)" }), "many")).toMatchObject({ kind: "error" });
  await ldap.close();
});

test("a referral is not followed, and is no answer", async () => {
  const ldap = createLdap();
  const asked: string[] = [];
  const other = createServer((socket) => {
    asked.push("connected");
    socket.destroy();
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const elsewhere = (other.address() as AddressInfo).port;
  const slapd = await startSlapd({
    ldif: `dn: ou=else,${slapdBase}\nobjectClass: referral\nobjectClass: extensibleObject\nou: else\nref: ldap://127.0.0.1:${elsewhere}/ou=else,dc=other,dc=test\n`,
  });
  const servers = [`127.0.0.1:${slapd.port}`];
  const below = profile({ servers, base: `ou=people,ou=else,${slapdBase}` });
  expect(await ldap.search(below, "joe@example.test")).toMatchObject({ kind: "error" });
  const dn = `uid=joe,ou=else,${slapdBase}`;
  expect((await ldap.bind(profile({ servers }), dn, "secret")).kind).not.toBe("right");
  expect(asked).toEqual([]);
  await ldap.close();
  await slapd.stop();
  other.close();
});

test("the next server is asked when the first is down", async () => {
  const ldap = createLdap();
  const servers = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${mail.port}`];
  expect(await ldap.search(profile({ servers }), "bob@example.test")).toMatchObject({
    entries: [{}],
  });
  expect(await ldap.bind(profile({ servers }), `uid=bob,${slapdBase}`, "builder")).toEqual({
    kind: "right",
  });
  await ldap.close();
});

test("a connection the server has dropped is opened again, signed in as before", async () => {
  const port = await freePort();
  const ldif = `dn: uid=dan,${slapdBase}\nobjectClass: inetOrgPerson\ncn: Dan\nsn: D\nuid: dan\nmail: dan@example.test\nuserPassword: x\n`;
  let server = await startSlapd({ ldif, port });
  const ldap = createLdap();
  const own = profile({ servers: [`127.0.0.1:${port}`] });
  expect(await ldap.search(own, "dan@example.test")).toMatchObject({ entries: [{}] });
  expect(await ldap.bind(own, `uid=dan,${slapdBase}`, "x")).toEqual({ kind: "right" });
  await server.stop();
  server = await startSlapd({ ldif, port });
  expect(await ldap.search(own, "dan@example.test")).toMatchObject({ entries: [{}] });
  expect(await ldap.bind(own, `uid=dan,${slapdBase}`, "x")).toEqual({ kind: "right" });
  await ldap.close();
  await server.stop();
});

test("a directory that does not answer is an error in time, then left alone, then asked again", async () => {
  let connections = 0;
  const silent: Server = createServer(() => {
    connections += 1;
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", () => resolve()));
  const address = silent.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  let time = 0;
  const ldap = createLdap({ now: () => time });
  const dead = profile({ servers: [`127.0.0.1:${port}`], querySeconds: 0.2, connectSeconds: 0.2 });
  for (let attempt = 0; attempt < 3; attempt++)
    expect(await ldap.search(dead, "x")).toMatchObject({ kind: "error" });
  const asked = connections;
  expect(await ldap.search(dead, "x")).toMatchObject({ kind: "error" });
  expect(connections).toBe(asked);
  time += 60_000;
  await ldap.search(dead, "x");
  expect(connections).toBeGreaterThan(asked);
  await ldap.close();
  silent.close();
});

test("StartTLS verifies the certificate, and never falls back", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "cert-"));
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=DNS:localhost",
      "-keyout",
      `${folder}/key.pem`,
      "-out",
      `${folder}/cert.pem`,
    ],
    { stdio: "ignore" },
  );
  const tls = {
    certificate: readFileSync(`${folder}/cert.pem`, "utf8"),
    key: readFileSync(`${folder}/key.pem`, "utf8"),
  };
  const server = await startSlapd({
    tls,
    ldif: `dn: uid=eve,${slapdBase}\nobjectClass: inetOrgPerson\ncn: Eve\nsn: E\nmail: eve@example.test\n`,
  });
  const ldap = createLdap();
  const servers = [`127.0.0.1:${server.port}`];
  expect(
    await ldap.search(profile({ servers, tls: "starttls" }), "eve@example.test"),
  ).toMatchObject({ kind: "error" });
  expect(
    await ldap.search(
      profile({ servers, tls: "starttls", verifyCertificate: false }),
      "eve@example.test",
    ),
  ).toMatchObject({ entries: [{}] });
  // a server without TLS
  expect(
    await ldap.search(profile({ tls: "starttls", verifyCertificate: false }), "alice@example.test"),
  ).toMatchObject({ kind: "error" });
  await ldap.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.each(["(mail=%s", "mail=%s)", "(=%s)", "(%s=x)", "(mail=(x))", "(&)", ""])(
  "a wrong filter is refused: %s",
  (text) => {
    expect(filterProblem(text)).not.toBeNull();
  },
);

test("the set-up page sees each step with its time", async () => {
  const { password, ...rest } = profile();
  const report = await testDirectory(
    { ...rest, title: "", bindPassword: password },
    "alice@example.test",
  );
  expect(report.ok).toBe(true);
  expect(report.steps.at(-1)).toMatchObject({ ok: true, text: `1 found: uid=alice,${slapdBase}` });
  expect((await testDirectory({ ...rest, title: "", bindPassword: "wrong" }, "x")).ok).toBe(false);
});

test("scripts get entries, 1, 0 and −1; passwords stay out of the trace", async () => {
  const { password: _none, ...directory } = profile({ userQuery: "(mail=%s)" });
  const flows = createTestFlows({
    settings: {
      directories: {
        main: {
          ...directory,
          servers: [...directory.servers],
          attributes: [...directory.attributes],
          bindPassword: { secret: "stored" },
        },
        dead: { servers: ["127.0.0.1:1"], tls: "none" },
      },
      flows: {
        search: scriptFlow(
          "recipient",
          '$f = ldap_search("ldap:main", $recipient); echo count($f); if (count($f) > 0) echo $f[0]["uid"][0]; echo ldap_search("ldap:dead", "x"); echo ldap_search("ldap:none", "x"); Accept();',
        ),
        bind: scriptFlow(
          "authentication",
          'echo ldap_bind("ldap:main", $saslusername, $saslpassword); echo ldap_bind("ldap:main", $saslusername, "wrong"); echo ldap_bind("ldap:dead", $saslusername, $saslpassword); echo ldap_bind("ldap:dead", $saslusername, ""); Accept();',
        ),
      },
    },
    secrets: { "directory/main/bindPassword": slapdAdmin.password },
  });
  await flows.recipient("search", "al@example.test");
  expect(flows.echoed()).toEqual(["1", "alice", "-1", "-1"]);
  flows.log.length = 0;
  const { trace } = await flows.signIn("bind", "al@example.test", "wonderland");
  expect(flows.echoed()).toEqual(["1", "0", "-1", "0"]);
  expect(trace?.steps[0]?.lookups).toHaveLength(4);
  expect(JSON.stringify(trace)).not.toContain("wonderland");
  await flows.services.ldap.close();
});
