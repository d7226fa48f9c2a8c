/** Signatures and seals as another implementation sees them, and senders rewritten there and back. */
import { keyRecord } from "@sluice/mail-syntax";
import type pg from "pg";
import { expect } from "vitest";
import { createRetention } from "../../src/history/retention.ts";
import { makeSigningKey } from "../../src/store/signing-keys.ts";
import { createTestDatabase } from "../support/database.ts";
import { judgeByDkimpy } from "../support/dkimpy.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { startKnot } from "../support/knot.ts";
import { testWithPeer } from "../support/peers.ts";

const test = testWithPeer("python3", "knotd");

const mail = [
  "From: Ann <ann@example.org>",
  "To: bob@example.net",
  "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
  "Date: Tue, 24 Nov 2026 10:00:00 +0000",
  "Message-ID: <1@example.org>",
  "",
  "Hello  ",
  ".leading dot",
  "",
  "",
].join("\r\n");

const keys = {
  rsa: await makeSigningKey("rsa-sha256"),
  ed: await makeSigningKey("ed25519-sha256"),
  next: await makeSigningKey("rsa-sha256"),
};
const publicOf = ({ algorithm, publicKey }: (typeof keys)["rsa"]) => ({ algorithm, publicKey });

const signers = {
  "example.org": {
    domain: "example.org",
    keys: {
      rsa: { ...publicOf(keys.rsa), use: "active" },
      ed: { ...publicOf(keys.ed), use: "active" },
      next: { ...publicOf(keys.next), use: "prepared" },
    },
    validDays: 7,
    srsKey: { secret: "stored" },
  },
} as const;
const secrets = {
  "signer/example.org/keys/rsa/privateKey": keys.rsa.privateKey,
  "signer/example.org/keys/ed/privateKey": keys.ed.privateKey,
  "signer/example.org/srsKey": "tester",
};
const records = {
  "rsa._domainkey.example.org": keyRecord("rsa", keys.rsa.publicKey),
  "ed._domainkey.example.org": keyRecord("ed25519", keys.ed.publicKey),
};

const certificates = {
  key: { certificate: "", privateKey: { secret: "stored" } },
} as const;

const flowsOf = (
  source: string,
  more: { resolvers?: string[]; secrets?: object; pool?: pg.Pool } = {},
) =>
  createTestFlows({
    ...(more.pool === undefined ? {} : { pool: more.pool }),
    settings: {
      gateway: { resolvers: more.resolvers ?? [], hostName: "gateway.example.org" },
      flows: {
        f: scriptFlow("content", source),
        r: scriptFlow("recipient", 'echo json_encode(SRSRestore("signer:example.org")); Reject();'),
      },
      domains: { "example.com": { aliases: ["ours.example"] } },
      signers,
      certificates,
    },
    secrets: {
      ...secrets,
      "certificate/key/privateKey": keys.rsa.privateKey,
      ...more.secrets,
    },
  });

const outOf = async (source: string, message = mail, more: Parameters<typeof flowsOf>[1] = {}) => {
  const flows = flowsOf(source, more);
  const { verdict } = await flows.content("f", message);
  const body = message.slice(message.indexOf("\r\n\r\n") + 4);
  return {
    verdict,
    log: flows.log,
    bytes: Buffer.concat([verdict.header ?? Buffer.alloc(0), Buffer.from(body)]),
  };
};

test("mail is signed with every active key, and both signatures are good", async () => {
  const { bytes, verdict, log } = await outOf('AddHeader("X-Scanned", "yes"); echo DKIMSignAs();');
  expect(verdict.answer).toEqual({ kind: "accept" });
  expect(log).toContain("debug 2");
  expect(judgeByDkimpy(bytes, records).dkim).toEqual([true, true]);
  const text = bytes.toString();
  expect(text.match(/ s=(rsa|ed);/g)).toHaveLength(2);
  expect(text).toMatch(/ x=\d+/);
});

test("a signature can be had as text over the message as it is then, and is good where it is put", async () => {
  for (const canonicalization of ["relaxed", "simple"]) {
    const { bytes, log, verdict } = await outOf(
      `AddHeader("X-Scanned", "yes");
       echo DKIMSign("rsa", "example.org", "pki:key", ["return_header" => true, "canonicalization_header" => "${canonicalization}"]);`,
    );
    expect(verdict.answer).toEqual({ kind: "accept" });
    expect(bytes.toString()).not.toContain("DKIM-Signature");
    const field = log.join("\r\n").replace(/^debug /, "");
    expect(field).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256; /);
    const signed = Buffer.concat([Buffer.from(`${field}\r\n`), bytes]);
    expect(judgeByDkimpy(signed, records).dkim).toEqual([true]);
    const changed = Buffer.from(signed.toString("latin1").replace("Hello", "Hallo"), "latin1");
    expect(judgeByDkimpy(changed, records).dkim).toEqual([false]);
  }
});

test("the field that was had as text can be added by the script", async () => {
  const { bytes } = await outOf(
    `$f = DKIMSign("rsa", "example.org", "pki:key", ["return_header" => true]);
     AddHeader("DKIM-Signature", $f[16:]);`,
  );
  expect(judgeByDkimpy(bytes, records).dkim).toEqual([true]);
});

test("a changed byte or another key makes them bad", async () => {
  const { bytes } = await outOf("DKIMSignAs();");
  const changed = Buffer.from(bytes.toString("latin1").replace("Hello", "Hallo"), "latin1");
  expect(judgeByDkimpy(changed, records).dkim).toEqual([false, false]);
  const other = {
    ...records,
    "rsa._domainkey.example.org": keyRecord("rsa", keys.next.publicKey),
  };
  expect(judgeByDkimpy(bytes, other).dkim.toSorted()).toEqual([false, true]);
});

test("a field that somebody adds later makes them bad, whether there was one or not", async () => {
  const { bytes } = await outOf("DKIMSignAs();");
  const text = bytes.toString("latin1");
  const judge = (more: string) =>
    judgeByDkimpy(Buffer.from(`${more}\r\n${text}`, "latin1"), records).dkim;
  expect(judge("X-Anything: else")).toEqual([true, true]);
  for (const field of ["From: Eve <eve@example.org>", "Subject: Other", "To: eve@example.net"])
    expect(judge(field)).toEqual([false, false]);
  for (const field of [
    "Reply-To: eve@example.com",
    "Cc: eve@example.com",
    "Content-Type: text/html",
  ])
    expect(judge(field)).toEqual([false, false]);
});

test("of several fields of a name each is covered", async () => {
  const twice = mail.replace("To: bob", "To: eve@example.net\r\nTo: bob");
  const { bytes } = await outOf("DKIMSignAs();", twice);
  expect(judgeByDkimpy(bytes, records).dkim).toEqual([true, true]);
});

test("the author's domain decides, or the domain above it; for strangers nothing is signed", async () => {
  const as = async (from: string) =>
    (await outOf("echo DKIMSignAs();", mail.replace("ann@example.org", from))).log;
  expect(await as("ann@news.example.org")).toContain("debug 2");
  expect(await as("ann@notexample.org")).toContain("debug 0");
  expect(await as("ann@example.com")).toContain("debug 0");
});

test("an active key without its private key defers the mail", async () => {
  const flows = createTestFlows({
    settings: { flows: { f: scriptFlow("content", "DKIMSignAs();") }, signers },
  });
  const { verdict } = await flows.content("f", mail);
  expect(verdict).toMatchObject({ answer: { kind: "defer" }, actions: [] });
});

const sealing = 'PrependHeader("Subject", "[list] "); ARCSeal("signer:example.org");';

test("a chain of three seals holds, though each changed the message", async () => {
  const knot = await startKnot({
    "example.org": Object.entries(records)
      .map(([name, text]) => {
        const strings = text.match(/.{1,200}/g) ?? [];
        return `${name}. TXT ${strings.map((one) => `"${one}"`).join(" ")}`;
      })
      .concat('@ TXT "v=spf1 ip4:192.0.2.0/24 -all"', '_dmarc TXT "v=DMARC1; p=reject"')
      .join("\n"),
    "example.com": '@ TXT "v=spf1 ip4:192.0.2.0/24 -all"',
  });
  try {
    const resolvers = [knot.address];
    let message = (await outOf("DKIMSignAs();")).bytes.toString("latin1");
    for (let i = 1; i <= 3; i++) {
      const { bytes, log } = await outOf(sealing, message, { resolvers });
      expect(log.filter((line) => line.startsWith("error"))).toEqual([]);
      message = bytes.toString("latin1");
      const { arc } = judgeByDkimpy(bytes, records);
      expect(arc.reason).toBe("success");
      expect(arc.cv).toBe("pass");
      expect(arc.instances[0]).toMatchObject({ instance: i, cv: i === 1 ? "none" : "pass" });
    }
    const first = message.slice(message.indexOf("ARC-Authentication-Results: i=1;"));
    expect(first.replace(/\r\n[ \t]+/g, " ")).toMatch(
      /^ARC-Authentication-Results: i=1; gateway\.example\.org;.*dkim=pass.*spf=pass.*dmarc=pass/,
    );

    // somebody breaks the chain: it is sealed as failed once, and then left alone
    const broken = message.replace("[list] [list] [list] ", "[evil] ");
    const failed = await outOf('ARCSeal("signer:example.org");', broken, { resolvers });
    expect(failed.bytes.toString()).toMatch(/^ARC-Seal: i=4;[^;]*;[^;]*; cv=fail;/);
    const again = await outOf('ARCSeal("signer:example.org");', failed.bytes.toString("latin1"), {
      resolvers,
    });
    expect(again.bytes.toString()).not.toContain("i=5;");
    expect(again.verdict.answer.kind).toBe("accept");
  } finally {
    await knot.stop();
  }
});

test("a chain that nobody can judge at the moment defers the mail", async () => {
  const sealed = await outOf(sealing, mail, { resolvers: ["127.0.0.1:1"] });
  const { verdict, log } = await outOf(sealing, sealed.bytes.toString("latin1"), {
    resolvers: ["127.0.0.1:1"],
  });
  expect(verdict).toMatchObject({ answer: { kind: "defer" }, actions: [] });
  expect(log.join("\n")).toContain("DNS gave no answer for rsa._domainkey.example.org");
});

test("foreign senders are rewritten, ours are not, and bounces find their way back", async () => {
  const source = 'SetSender(SRSRewrite("signer:example.org")); echo $sender;';
  const flows = flowsOf(source);
  const rewrite = async (sender: string) => {
    await flows.content("f", mail, { sender });
    return flows.echoed().at(-1) ?? "";
  };
  const rewritten = await rewrite("carol@foreign.example");
  expect(rewritten).toMatch(/^SRS0=.{4}=..=foreign\.example=carol@example\.org$/);
  for (const own of ["", "ann@example.org", "ann@example.com", "ann@OURS.example"]) {
    expect(await rewrite(own)).toBe(own);
  }
  const restore = async (recipient: string) => {
    await flows.recipient("r", recipient, { sender: "" });
    return JSON.parse(flows.echoed().at(-1) ?? "");
  };
  expect(await restore(rewritten)).toEqual({
    result: "restored",
    address: "carol@foreign.example",
  });
  expect(await restore(rewritten.replace("carol", "mallory"))).toEqual({ result: "forged" });
  expect(await restore("ann@example.org")).toEqual({ result: "none" });
});

test("a sender too long to be rewritten in place is kept, for all workers, until its days are over", async () => {
  const database = await createTestDatabase();
  try {
    const { pool } = database;
    const source = 'SetSender(SRSRewrite("signer:example.org")); echo $sender;';
    const flows = flowsOf(source, { pool });
    const long = "bounces+4711-9f3c-carol=foreign.example@mail7.newsletters.example";
    await flows.content("f", mail, { sender: long });
    const rewritten = flows.echoed().at(-1) ?? "";
    expect(rewritten.split("@")[0]?.length).toBeLessThanOrEqual(64);
    const restore = async () => {
      const other = flowsOf(source, { pool });
      await other.recipient("r", rewritten, { sender: "" });
      return JSON.parse(other.echoed().at(-1) ?? "null");
    };
    expect(await restore()).toEqual({ result: "restored", address: long });
    const { rows } = await pool.query(
      "SELECT address, until > now() + interval '21 days' AS lasts FROM srs_address",
    );
    expect(rows).toEqual([{ address: long, lasts: true }]);
    const retention = createRetention({
      pool,
      clock: () => new Date(Date.now() + 24 * 86_400_000),
      settings: () => ({ gateway: { historyDays: 30, logDays: 14 } }),
    });
    await retention.run();
    expect(await restore()).toEqual({ result: "expired" });
  } finally {
    await database.drop();
  }
});

test("the blocks rewrite a sender on the way out and restore it on the way back", async () => {
  const node = (
    block: string,
    config: Record<string, unknown>,
    outcomes: Record<string, string> = {},
  ) => ({
    ...{ block, version: 1, config, outcomes },
  });
  const signer = { signer: "example.org" };
  const flows = createTestFlows({
    settings: {
      signers,
      flows: {
        out: {
          kind: "content",
          title: "Out",
          entry: "rewrite",
          nodes: {
            rewrite: node("srs-rewrite", signer, { rewritten: "go", unchanged: "no" }),
            go: node("deliver", {}),
            no: node("reject", { text: "Ours" }),
          },
        },
        back: {
          kind: "recipient",
          title: "Back",
          entry: "restore",
          nodes: {
            restore: node("srs-restore", signer, { restored: "ok", other: "no", invalid: "bad" }),
            ok: node("accept", {}),
            no: node("reject", { text: "No such user" }),
            bad: node("reject", { text: "Too old" }),
          },
        },
      },
    },
    secrets,
  });
  const sender = "carol@foreign.example";
  const { verdict } = await flows.content("out", mail, { sender });
  expect(verdict.answer).toEqual({ kind: "accept" });
  const rewritten = verdict.sender ?? "";
  expect(rewritten).toMatch(/^SRS0=.*@example\.org$/);
  const own = await flows.content("out", mail, { sender: "ann@example.org" });
  expect(own.verdict.answer).toEqual({ kind: "reject", text: "Ours" });

  const back = async (recipient: string) =>
    (await flows.recipient("back", recipient, { sender: "" })).verdict;
  expect(await back(rewritten)).toEqual({ kind: "accept", recipient: sender });
  expect(await back(rewritten.replace("carol", "eve"))).toEqual({
    kind: "reject",
    text: "Too old",
  });
  expect(await back("ann@example.org")).toEqual({ kind: "reject", text: "No such user" });
});
