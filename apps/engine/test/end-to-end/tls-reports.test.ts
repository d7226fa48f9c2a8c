/** Reports on TLS (RFC 8460): who gets them, what they say, once for each day and domain. */
import { gunzipSync } from "node:zlib";
import { keyRecord } from "@sluice/mail-syntax";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { createMtaStsStore } from "../../src/delivery/mta-sts-store.ts";
import { createTlsReporter } from "../../src/delivery/tls-report/tls-reporter.ts";
import type { HttpRequest, HttpResponse } from "../../src/flows/host/http.ts";
import { createTlsResults, listTlsResults } from "../../src/history/tls-results.ts";
import type { Acceptance } from "../../src/queue/queue-entry.ts";
import { makeSigningKey } from "../../src/store/signing-keys.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { judgeByDkimpy } from "../support/dkimpy.ts";
import { createTestFlows } from "../support/flows.ts";
import { type Knot, startKnot } from "../support/knot.ts";
import { testWithPeer } from "../support/peers.ts";

const test = testWithPeer("python3", "knotd");
const key = await makeSigningKey("rsa-sha256");
const record = (rua: string): string => `TXT "v=TLSRPTv1; rua=${rua}"`;

let database: TestDatabase;
let knot: Knot;
beforeAll(async () => {
  database = await createTestDatabase();
  knot = await startKnot({
    "mail.test": `_smtp._tls ${record("mailto:tls@mail.test")}`,
    "web.test": `_smtp._tls ${record("https://reports.web.test/tls")}`,
    "both.test": `_smtp._tls ${record("https://reports.both.test/,mailto:tls@both.test")}`,
    "silent.test": "",
  });
});
afterAll(async () => {
  await knot.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.pool.query("TRUNCATE tls_result, tls_report, mta_sts_policy");
});

const day = new Date("2020-01-02T12:00:00Z");
const after = (hours: number): Date =>
  new Date(Date.parse("2020-01-03T00:00:00Z") + hours * 3_600_000);

const count = async (domain: string): Promise<void> => {
  const results = createTlsResults({ pool: database.pool, clock: () => day, report: () => {} });
  const host = `mx.${domain}`;
  for (let session = 0; session < 7; session++)
    results.count({ domain, policyType: "sts", host, failure: null });
  for (let session = 0; session < 2; session++)
    results.count({
      ...{ domain, policyType: "sts", host, failure: "certificate-expired" },
      ...{ sendingIp: "192.0.2.1", receivingIp: "2001:db8::25" },
    });
  results.count({ domain, policyType: "sts", host: "", failure: "sts-policy-fetch-error" });
  results.count({ domain, policyType: "no-policy-found", host, failure: null });
  await results.close();
};

const reporter = (
  now: () => Date,
  more: {
    gateway?: object;
    resolvers?: string[];
    answer?: (request: HttpRequest) => HttpResponse;
  } = {},
) => {
  const { snapshot, services } = createTestFlows({
    settings: {
      gateway: {
        hostName: "gateway.example.org",
        resolvers: more.resolvers ?? [knot.address],
        tlsReports: true,
        tlsReportSender: "tls-reports@example.org",
        tlsReportTransport: "world",
        ...more.gateway,
      },
      transports: { world: { destination: "lookup-mx" } },
      signers: {
        "example.org": {
          domain: "example.org",
          validDays: 0, // these days are long over
          keys: { s1: { algorithm: "rsa-sha256", publicKey: key.publicKey, use: "active" } },
        },
      },
    },
    secrets: { "signer/example.org/keys/s1/privateKey": key.privateKey },
  });
  const accepted: Acceptance[] = [];
  const posted: HttpRequest[] = [];
  const reports: string[] = [];
  const made = createTlsReporter({
    pool: database.pool,
    snapshot: () => snapshot,
    dns: services.dns,
    http: {
      ...services.http,
      fetch: async (request) => {
        posted.push(request);
        return (
          more.answer?.(request) ?? {
            kind: "answer",
            status: 201,
            headers: [],
            body: Buffer.alloc(0),
          }
        );
      },
    },
    acceptMessage: async (acceptance) => void accepted.push(acceptance),
    hostName: "machine",
    clock: now,
    report: (text) => reports.push(text),
  });
  return { ...made, accepted, posted, reports };
};

const states = async (): Promise<Record<string, string>> => {
  const { rows } = await database.pool.query<{ domain: string; state: string }>(
    "SELECT domain, state FROM tls_report",
  );
  return Object.fromEntries(rows.map(({ domain, state }) => [domain, state]));
};

const opened = (packed: Buffer): Record<string, unknown> =>
  JSON.parse(gunzipSync(packed).toString());

const expected = (domain: string) => ({
  "organization-name": "gateway.example.org",
  "date-range": {
    "start-datetime": "2020-01-02T00:00:00Z",
    "end-datetime": "2020-01-02T23:59:59Z",
  },
  "contact-info": "tls-reports@example.org",
  "report-id": `2020-01-02.${domain}@gateway.example.org`,
  policies: [
    {
      policy: { "policy-type": "no-policy-found", "policy-domain": domain },
      summary: { "total-successful-session-count": 1, "total-failure-session-count": 0 },
    },
    {
      policy: { "policy-type": "sts", "policy-domain": domain },
      summary: { "total-successful-session-count": 7, "total-failure-session-count": 3 },
      "failure-details": [
        { "result-type": "sts-policy-fetch-error", "failed-session-count": 1 },
        {
          "result-type": "certificate-expired",
          "sending-mta-ip": "192.0.2.1",
          "receiving-mx-hostname": `mx.${domain}`,
          "receiving-ip": "2001:db8::25",
          "failed-session-count": 2,
        },
      ],
    },
  ],
});

test("by mail: signed, packed, named as the standard says, and not to be answered", async () => {
  await count("mail.test");
  await count("silent.test");
  await createMtaStsStore(database.pool).write("mail.test", {
    id: "1",
    text: Buffer.from("version: STSv1\r\nmode: testing\r\nmx: mx.mail.test\r\nmax_age: 86400\r\n"),
    fetchedAt: day,
    until: after(48),
  });
  const { run, accepted, close } = reporter(() => after(5));
  await run();
  await close();
  expect(accepted).toHaveLength(1);
  const [body] = accepted[0]?.bodies ?? [];
  expect(body?.entries).toMatchObject([
    {
      sender: "tls-reports@example.org",
      recipient: "tls@mail.test",
      transport: "world",
      envelope: { notify: ["NEVER"] },
    },
  ]);
  const bytes = body?.content.memory ?? Buffer.alloc(0);
  const records = { "s1._domainkey.example.org": keyRecord("rsa", key.publicKey) };
  expect(judgeByDkimpy(bytes, records).dkim).toEqual([true]);
  const text = bytes.toString().replace(/\r\n[ \t]+/g, " ");
  expect(text).toMatch(/^TLS-Report-Domain: mail\.test\r\nTLS-Report-Submitter: example\.org\r$/im);
  expect(text).toContain(
    "Subject: Report Domain: mail.test Submitter: example.org Report-ID: <2020-01-02.mail.test@gateway.example.org>\r\n",
  );
  expect(text).toMatch(/Content-Type: multipart\/report; report-type="?tlsrpt"?; boundary=/);
  expect(text).toMatch(
    / name="?example\.org!mail\.test!1577923200!1578009599![A-Za-z0-9.-]+\.json\.gz"?/,
  );
  const attached = /application\/tlsrpt\+gzip;.*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)\r\n--/s.exec(
    text,
  )?.[1];
  const report = opened(Buffer.from(attached ?? "", "base64"));
  const lines = ["version: STSv1", "mode: testing", "mx: mx.mail.test", "max_age: 86400"];
  const [none, sts] = expected("mail.test").policies;
  expect(report).toEqual({
    ...expected("mail.test"),
    policies: [
      none,
      { ...sts, policy: { ...sts?.policy, "policy-string": lines, "mx-host": ["mx.mail.test"] } },
    ],
  });
  expect(await states()).toEqual({ "mail.test": "sent", "silent.test": "none" });
  const listed = await listTlsResults(database.pool, day);
  expect(new Map(listed.map((row) => [row.domain, row.report]))).toEqual(
    new Map([
      ["mail.test", { state: "sent", detail: "mailto:tls@mail.test" }],
      ["silent.test", { state: "none", detail: "" }],
    ]),
  );
});

test("by https: posted as it is, and only there when one of several targets has it", async () => {
  await count("web.test");
  const { run, posted, accepted } = reporter(() => after(5));
  await run();
  expect(accepted).toEqual([]);
  expect(posted).toMatchObject([
    {
      url: "https://reports.web.test/tls",
      method: "POST",
      headers: [["Content-Type", "application/tlsrpt+gzip"]],
      verifyPeer: true,
      redirects: 0,
      allowPrivate: [],
    },
  ]);
  expect(opened(posted[0]?.body ?? Buffer.alloc(0))).toEqual(expected("web.test"));
  await count("both.test");
  const broken = reporter(() => after(5), { answer: () => ({ kind: "error", text: "away" }) });
  await broken.run();
  expect(broken.accepted).toHaveLength(1);
  expect(await states()).toEqual({ "web.test": "sent", "both.test": "sent" });
});

test("one report for a day and a domain, whoever comes first, and none for a day that is not over", async () => {
  for (const domain of ["mail.test", "web.test", "both.test"]) await count(domain);
  const early = reporter(() => new Date("2020-01-02T23:59:59Z"));
  await early.run();
  expect(await states()).toEqual({});
  const workers = [1, 2, 3].map(() => reporter(() => after(5)));
  await Promise.all(workers.map(({ run }) => run()));
  const sent = workers.flatMap(({ accepted, posted }) => [...accepted, ...posted]);
  expect(sent).toHaveLength(4); // both.test has two addresses
  for (const { run } of workers) await run();
  expect(workers.flatMap(({ accepted, posted }) => [...accepted, ...posted])).toHaveLength(4);
});

test("what could not be looked up or delivered comes again after an hour, and ends", async () => {
  await count("web.test");
  let now = after(5);
  const deaf = reporter(() => now, { resolvers: ["127.0.0.1:1"] });
  await deaf.run();
  expect(await states()).toEqual({ "web.test": "due" });
  let status = 503;
  const { run, posted } = reporter(() => now, {
    answer: () => ({ kind: "answer", status, headers: [], body: Buffer.alloc(0) }),
  });
  now = after(5.9);
  await run();
  expect(posted).toHaveLength(0);
  now = after(6.1);
  await run();
  expect(posted).toHaveLength(1);
  expect(await states()).toEqual({ "web.test": "due" });
  now = after(7.2);
  status = 200;
  await run();
  expect(posted).toHaveLength(2);
  expect(await states()).toEqual({ "web.test": "sent" });
  await database.pool.query("UPDATE tls_report SET state = 'due', attempts = 23");
  now = after(9);
  status = 503;
  const last = reporter(() => now, {
    answer: () => ({ kind: "answer", status, headers: [], body: Buffer.alloc(0) }),
  });
  await last.run();
  expect(await states()).toEqual({ "web.test": "failed" });
  expect(last.reports[0]).toContain("web.test of 2020-01-02 was given up");
});

test("off by default, and not without a sender", async () => {
  await count("mail.test");
  for (const gateway of [{ tlsReports: false }, { tlsReportSender: "" }]) {
    const { run, accepted } = reporter(() => after(5), { gateway });
    await run();
    expect(accepted).toEqual([]);
  }
  expect(await states()).toEqual({});
});
