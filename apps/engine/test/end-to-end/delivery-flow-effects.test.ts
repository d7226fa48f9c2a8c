/** What a delivery flow says before and after an attempt, and what is then done. */
import { Settings } from "@sluice/settings";
import { afterEach, describe, expect, test } from "vitest";
import { settledOf } from "../../src/delivery/settled-of.ts";
import {
  type AwkwardOptions,
  type AwkwardServer,
  startAwkward,
} from "../support/awkward-server.ts";
import { createTestDelivery, type Mail } from "../support/delivery.ts";
import { scriptFlow } from "../support/flows.ts";

const servers: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const start = async (options: AwkwardOptions = {}): Promise<AwkwardServer> => {
  const server = await startAwkward(options);
  servers.push(server);
  return server;
};

const delivering = (server: AwkwardServer, script: string, more: object = {}) =>
  createTestDelivery({
    transports: {
      next: { destination: `127.0.0.1:${server.port}`, retryMinutes: [7], ...more },
      spare: { destination: "192.0.2.10:25" },
    },
    settings: {
      flows: { before: scriptFlow("delivery", script) },
      domains: { "example.org": { deliveryFlow: "before" } },
    },
  });
const mail: Mail = { domain: "example.org" };
const attempt = async (script: string, options: AwkwardOptions = {}, more: object = {}) => {
  const server = await start(options);
  const delivery = delivering(server, script, more);
  return { server, echoed: delivery.echoed, ...(await delivery.one(mail)) };
};
const before = (action: string) => `if (not $attempted) { ${action} }`;
const after = (action: string) => `if ($attempted) { ${action} }`;
const refusing = (reply: string): AwkwardOptions => ({
  answer: (line) => (line.startsWith("RCPT") ? reply : undefined),
});

describe("before the attempt", () => {
  test("another next hop, for this attempt alone", async () => {
    const usual = await start();
    const other = await start();
    const delivery = delivering(usual, before(`SetDestination("127.0.0.1", ${other.port});`));
    const { copies, client } = await delivery.deliver(mail);
    expect(copies[0]?.result.code).toBe(250);
    expect(other.contents).toHaveLength(1);
    expect(usual.connections()).toBe(0);
    expect(client).toBeNull(); // or the next message would go there as well
  });

  test("a kept connection is not used when the flow wants another one", async () => {
    const server = await start();
    const delivery = delivering(server, before('SetHELO("other.example.test");'));
    const plain = createTestDelivery({
      transports: { next: { destination: `127.0.0.1:${server.port}` } },
    });
    const first = await plain.deliver();
    await delivery.deliver({ ...mail, idle: first.client });
    expect(server.lines).toContain("EHLO other.example.test");
    expect(first.client?.isUsable()).toBe(false);
  });

  test("source address, sender, recipient", async () => {
    const result = await attempt(
      before(
        'SetSourceIP("127.0.0.9"); SetSender("bounce@example.com"); SetRecipient("robert@example.org");',
      ),
    );
    expect(result.server.lines).toContain(`MAIL FROM:<bounce@example.com> SIZE=26`);
    expect(result.server.lines).toContain("RCPT TO:<robert@example.org>");
    expect(result.copy.entry.recipient).toBe("bob@example.org");
  });

  test("TLS and sign-in", async () => {
    const strict = await attempt(before('SetTLS(["tls" => "require"]);'));
    expect(strict.text).toContain("TLS is required");
    const signedIn = await attempt(
      before('SetSASL("flow", "its secret");'),
      {
        extensions: ["AUTH PLAIN"],
        answer: (line) => (line.startsWith("AUTH") ? "235 ok" : undefined),
      },
      { authWithoutTls: true },
    );
    expect(signedIn.server.lines[1]).toBe(
      `AUTH PLAIN ${Buffer.from("\0flow\0its secret").toString("base64")}`,
    );
  });

  test("LMTP", async () => {
    const { server } = await attempt(before('SetProtocol("lmtp");'));
    expect(server.lines[0]).toBe("LHLO gateway.test");
  });

  test("a flow that is named and cannot run sends nothing; the mail waits and no attempt is counted", async () => {
    const server = await start();
    const delivery = createTestDelivery({
      transports: { next: { destination: `127.0.0.1:${server.port}`, retryMinutes: [7] } },
      settings: { domains: { "example.org": { deliveryFlow: "gone" } } },
    });
    const { code, text, decision } = await delivery.one(mail);
    expect([code, text]).toEqual([451, "The flow gone does not run."]);
    expect(decision).toMatchObject({ kind: "again", countsAsAttempt: false });
    expect(server.connections()).toBe(0);
  });

  test("delete, return, wait: nobody is connected to", async () => {
    const deleted = await attempt(before("Delete();"));
    expect(deleted.decision).toEqual({ kind: "gone", notify: false, why: "flow" });
    expect(settledOf(Settings.parse({}), deleted.copy, new Date())).toMatchObject({
      outcome: "deleted",
      event: { kind: "deleted" },
    });
    const returned = await attempt(before("GenerateDSN();"));
    expect(returned).toMatchObject({ code: 550, decision: { kind: "gone", notify: true } });
    const waiting: Awaited<ReturnType<typeof attempt>>[] = [];
    for (const options of [
      '["reason" => "at night", "increment_retry" => false, "transportid" => "mailtransport:spare"]',
      '"at night", false, "mailtransport:spare"',
    ]) {
      const waits = await attempt(before(`Reschedule(600, ${options});`));
      expect(waits).toMatchObject({
        text: "at night",
        decision: { kind: "again", delaySeconds: 600, countsAsAttempt: false, transport: "spare" },
      });
      waiting.push(waits);
    }
    for (const { server } of [deleted, returned, ...waiting]) expect(server.connections()).toBe(0);
  });

  test("a wait for a transport that does not exist is a mistake, and waits as one", async () => {
    for (const options of ['["transportid" => "mailtransport:none"]', '"x", true, "none"']) {
      expect(await attempt(before(`Reschedule(60, ${options});`))).toMatchObject({
        decision: { kind: "again", delaySeconds: 300, countsAsAttempt: false },
      });
    }
  });

  test("waiting for ever is not offered: the transport's age ends it", async () => {
    const server = await start();
    const result = await delivering(server, before("Reschedule(600);")).one({
      ...mail,
      receivedAt: new Date("2029-12-01T00:00:00Z"),
    });
    expect(result.decision).toMatchObject({ kind: "gone", notify: true, why: "age" });
  });

  test("a wait that counts nothing does not use up the attempts, one that counts does", async () => {
    const server = await start();
    for (const [options, kind] of [
      ["", "gone"],
      [', ["increment_retry" => false]', "again"],
      [', ["reset_retry" => true]', "again"],
    ] as const) {
      const delivery = delivering(server, before(`Reschedule(60${options});`), {
        maximumAttempts: 3,
      });
      expect((await delivery.one({ ...mail, attempts: 2 })).decision.kind).toBe(kind);
    }
  });

  test("Queue waits for the delay, or as the transport's schedule says", async () => {
    const waiting = await attempt(
      before('Queue(["delay" => 90, "reason" => "busy", "increment_retry" => false]);'),
    );
    expect(waiting).toMatchObject({
      text: "busy",
      decision: { kind: "again", delaySeconds: 90, countsAsAttempt: false },
    });
    expect(waiting.server.connections()).toBe(0);
    expect((await attempt(before("Queue();"))).decision).toMatchObject({
      kind: "again",
      delaySeconds: 420,
      countsAsAttempt: true,
    });
    const refused = await attempt(after('Queue(["delay" => 5]);'), refusing("550 5.1.1 no"));
    expect(refused.decision).toMatchObject({ kind: "again", delaySeconds: 5 });
  });

  test("notes are kept with the mail", async () => {
    const { copy } = await attempt(before('SetMetaData(["batch" => "7"]);'));
    expect(copy.metadata).toEqual({ batch: "7" });
  });

  test("a script that fails makes the mail wait, uncounted", async () => {
    const { server, decision } = await attempt(before('SetTLS(["tls" => "perhaps"]);'));
    expect(decision).toMatchObject({ kind: "again", delaySeconds: 300, countsAsAttempt: false });
    expect(server.connections()).toBe(0);
  });
});

describe("after the attempt", () => {
  test("a refusal can be tried again, later or by the schedule", async () => {
    const refused = refusing("550 5.1.1 who");
    expect((await attempt(after("Retry();"), refused)).decision).toMatchObject({
      kind: "again",
      delaySeconds: 420,
      countsAsAttempt: true,
    });
    const options =
      '["increment_retry" => false, "reset_retry" => true, "transportid" => "mailtransport:spare", "reason" => "at night"]';
    expect(await attempt(after(`Reschedule(60, ${options});`), refused)).toMatchObject({
      code: 550,
      text: "at night",
      decision: {
        kind: "again",
        delaySeconds: 60,
        countsAsAttempt: false,
        isNewStart: true,
        transport: "spare",
      },
    });
    expect((await attempt(after("Reschedule(60);"), refused)).decision).toMatchObject({
      kind: "again",
      delaySeconds: 60,
    });
  });

  test("a deferral can end at once, with a notice or without", async () => {
    const busy = refusing("450 4.2.1 busy");
    expect((await attempt(after("GenerateDSN();"), busy)).decision).toEqual({
      kind: "gone",
      notify: true,
      why: "flow",
    });
    expect((await attempt(after("Delete();"), busy)).decision).toEqual({
      kind: "gone",
      notify: false,
      why: "flow",
    });
  });

  test("the mail can go elsewhere, where its attempts begin anew", async () => {
    const script = after('Deliver("archive@example.org", "mailtransport:spare");');
    expect((await attempt(script, refusing("550 no"))).decision).toMatchObject({
      kind: "again",
      delaySeconds: 0,
      isNewStart: true,
      recipient: "archive@example.org",
      transport: "spare",
    });
  });

  test("it knows what happened", async () => {
    const script = after(
      'echo "$errorcode|$errorndr|$errormsg|$serverip|$retry|$action|$sourceip";',
    );
    const { echoed } = await attempt(script, refusing("550 5.1.1 who"));
    expect(echoed().join()).toContain("550|5.1.1|550 5.1.1 who|127.0.0.1|0|BOUNCE|127.0.0.1");
    const good = await attempt(script);
    expect(good.echoed().join()).toContain("250|2.0.0|250 2.0.0 taken|127.0.0.1|0|DELETE|");
  });

  test("what is delivered stays delivered", async () => {
    for (const action of ["Retry();", "GenerateDSN();", "Delete();"])
      expect((await attempt(after(action))).decision).toEqual({ kind: "delivered" });
  });
});

test("a transport's own flow serves mail whose domain has none", async () => {
  const server = await start();
  const delivery = createTestDelivery({
    transports: { next: { destination: `127.0.0.1:${server.port}`, deliveryFlow: "own" } },
    settings: { flows: { own: scriptFlow("delivery", before("Delete();")) } },
  });
  expect((await delivery.one()).decision).toEqual({ kind: "gone", notify: false, why: "flow" });
});
