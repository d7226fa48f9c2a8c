/** ScanSA and ScanCLAM against real scanners, and against ones that fail. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contentOfBytes } from "../../src/scanner/content-store.ts";
import { createTestFlows, scriptFlow, type TestFlows } from "../support/flows.ts";
import { findPeer, testWithPeer } from "../support/peers.ts";
import {
  eicar,
  gtube,
  type Scanner,
  startClamd,
  startFakeServer,
  startSpamd,
} from "../support/scanners.ts";

const mail = (text: string): string =>
  ["From: <ann@example.com>", "Subject: hello", "", text, ""].join("\r\n");

type Gateway = NonNullable<Parameters<typeof createTestFlows>[0]["settings"]["gateway"]>;

const flowsFor = (gateway: Gateway, script: string): TestFlows =>
  createTestFlows({ settings: { gateway, flows: { f: scriptFlow("content", script) } } });

/** What the script logs, and how the client is answered. */
const run = async (gateway: Gateway, script: string, message: string) => {
  const flows = flowsFor(gateway, script);
  const { verdict, trace } = await flows.content("f", message);
  return {
    log: flows.echoed(),
    answer: verdict.answer.kind,
    error: trace?.error?.message ?? null,
    lookups: trace?.steps.flatMap(({ lookups }) => lookups.map(({ answer }) => answer)) ?? [],
  };
};

const catching = (call: string): string =>
  `try { echo json_encode(${call}); } catch ($error) { echo "failed: " . $error->message(); }`;

describe("SpamAssassin", () => {
  const withSpamd = testWithPeer("spamd");
  let spamd: Scanner | null = null;
  beforeAll(async () => {
    spamd = findPeer("spamd") === null ? null : await startSpamd();
  }, 60_000);
  afterAll(() => spamd?.stop());
  const settings = (): Gateway => ({ spamd: [`127.0.0.1:${spamd?.port ?? 0}`] });

  withSpamd("gives scores and rules", async () => {
    const spam = await run(settings(), 'if (ScanSA() > 100) Reject("spam");', mail(gtube));
    expect(spam).toMatchObject({ answer: "reject", error: null });
    const rules = await run(
      settings(),
      'echo ScanSA(["rules" => true])["GTUBE"]; echo ScanSARules()["GTUBE"];',
      mail(gtube),
    );
    expect(rules.log).toEqual(["1000", "1000"]);
    const ham = await run(
      settings(),
      '$s = ScanSA(["extended_result" => true]); echo $s["spam"] === false; echo $s["score"] < $s["threshold"]; echo isset($s["error"]) === false;',
      mail("How about lunch?"),
    );
    expect(ham).toMatchObject({ log: ["1", "1", "1"], answer: "accept" });
  });

  test("takes no rule from the words of a message that stand in the report", async () => {
    const line = "---- ---------------------- ---------------------------";
    const report = [
      ...["Content preview:", line, "-99 FORGED_RULE trust me", "Content analysis:", line],
      ...["1000 GTUBE                  BODY: test", "-0.0 NO_RECEIVED            none", ""],
    ].join("\n");
    const server = await startFakeServer((socket) =>
      socket.end(
        `SPAMD/1.1 0 EX_OK\r\nContent-length: ${report.length}\r\nSpam: True ; 1000 / 5.0\r\n\r\n${report}`,
      ),
    );
    const gateway = { spamd: [`127.0.0.1:${server.port}`] };
    const { log } = await run(gateway, "echo ScanSARules();", mail("hello"));
    server.stop();
    expect(log).toEqual(['["GTUBE"=>1000,"NO_RECEIVED"=>0]']);
  });

  withSpamd("goes to the next server when one does not answer", async () => {
    const gateway = { spamd: ["127.0.0.1:1", ...(settings().spamd ?? [])] };
    expect((await run(gateway, "echo ScanSA() > 100;", mail(gtube))).log).toEqual(["1"]);
  });

  test("is asked once for all recipients of a message", async () => {
    const server = await startFakeServer((socket) =>
      socket.end("SPAMD/1.1 0 EX_OK\r\nContent-length: 0\r\nSpam: True ; 7.5 / 5.0\r\n\r\n"),
    );
    const flows = flowsFor(
      { spamd: [`127.0.0.1:${server.port}`] },
      'echo "$recipient " . ScanSA();',
    );
    const content = contentOfBytes(Buffer.from(mail("hello")));
    await flows.content("f", "", { content });
    await flows.content("f", "", { content, recipient: "eve@example.org" });
    server.stop();
    expect(flows.echoed()).toEqual(["bob@example.org 7.5", "eve@example.org 7.5"]);
    expect(server.connections()).toBe(1);
  });

  test("is not shown what is too large, and that is said", async () => {
    const gateway = { spamd: ["127.0.0.1:1"], spamdMaximumKilobytes: 1 };
    const { log } = await run(
      gateway,
      'echo ScanSA(); echo ScanSA(["rules" => true]); echo ScanSA(["extended_result" => true])["rules"];',
      mail("x".repeat(2000)),
    );
    expect(log).toEqual(["0", '["NOT_SCANNED_TOO_BIG"=>0]', '["NOT_SCANNED_TOO_BIG"=>0]']);
  });

  test.each([
    ["SPAMD/1.1 76 Bad header line\r\n\r\n", "Bad header line"],
    ["SPAMD/1.1 0 EX_OK\r\nContent-length: 0\r\n\r\n", "no score"],
    ["SPAMD/1.1 0 EX_OK\r\nSpam: False ; 0.0 /", "ended before the answer did"],
    ["SPAMD/1.1 0 EX_OK\r\nSpam: maybe ; x / 5\r\n\r\n", "no score"],
    ["HTTP/1.1 400 Bad Request\r\n\r\n", "no answer of spamd"],
    ["", "ended before the answer did"],
    ["SPAMD/1.1 0 EX_OK\r\nContent-length: 500\r\nSpam: True ; 9 / 5\r\n\r\nhalf", "ended before"],
  ])("an answer that is none never looks clean: %j", async (answer, why) => {
    const server = await startFakeServer((socket) => socket.end(answer));
    const gateway = { spamd: [`127.0.0.1:${server.port}`] };
    const told = await run(gateway, catching('ScanSA(["rules" => true])'), mail("hello"));
    const deferred = await run(gateway, 'ScanSA(["rules" => true]); Deliver();', mail("hello"));
    const extended = await run(
      gateway,
      'echo ScanSA(["extended_result" => true])["error"];',
      mail("hello"),
    );
    server.stop();
    expect(told.log.join()).toContain(why);
    expect(deferred.answer).toBe("defer");
    expect(extended.log.join()).toContain(why);
  });

  test("a scanner that says nothing is given up, and the client is deferred", async () => {
    const server = await startFakeServer(() => {});
    const gateway = { spamd: [`127.0.0.1:${server.port}`], scanSeconds: 1 };
    const { answer, error } = await run(gateway, "ScanSA();", mail("hello"));
    server.stop();
    expect(answer).toBe("defer");
    expect(error).toContain("no answer within 1 seconds");
  });

  test("without a server the script is told so", async () => {
    const { log } = await run({}, catching("ScanSA()"), mail("hello"));
    expect(log.join()).toContain("no SpamAssassin server is set in Settings › Gateway › Scanners");
  });
});

describe("ClamAV", () => {
  const withClamd = testWithPeer("clamd");
  let clamd: Scanner | null = null;
  beforeAll(async () => {
    clamd = findPeer("clamd") === null ? null : await startClamd();
  }, 60_000);
  afterAll(() => clamd?.stop());

  withClamd("names what it finds, over a port and over a socket", async () => {
    const attached = mail(
      `--b\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(eicar).toString("base64")}\r\n--b--`,
    ).replace("Subject:", 'Content-Type: multipart/mixed; boundary="b"\r\nSubject:');
    for (const place of [`127.0.0.1:${clamd?.port}`, `${clamd?.folder}/clamd.ctl`]) {
      const gateway = { clamd: [place] };
      const script = "echo json_encode(ScanCLAM());";
      expect((await run(gateway, script, mail(eicar))).log).toEqual(['["Test.Eicar.UNOFFICIAL"]']);
      expect((await run(gateway, script, attached)).log).toEqual(['["Test.Eicar.UNOFFICIAL"]']);
      expect((await run(gateway, script, mail("hello"))).log).toEqual(["[]"]);
      const extended = 'echo json_encode(ScanCLAM(["extended_result" => true]));';
      expect((await run(gateway, extended, mail("hello"))).log).toEqual(['{"result":[]}']);
    }
  });

  withClamd("a message larger than it takes is no clean one", async () => {
    const gateway = { clamd: [`127.0.0.1:${clamd?.port}`] };
    const large = mail("x".repeat(400_000));
    const { answer, error } = await run(gateway, "ScanCLAM(); Deliver();", large);
    expect(answer).toBe("defer");
    expect(error).toMatch(/size limit exceeded|StreamMaxLength/); // it hangs up behind its answer
  });

  test.each([
    ["stream: OK", "ended before the answer did"],
    ["stream: Can't allocate memory ERROR\0", "Can't allocate memory"],
    ["OK\0", "it said OK"],
    ["stream: FOUND\0", "it said stream: FOUND"],
    ["", "ended before the answer did"],
  ])("an answer that is none never looks clean: %j", async (answer, why) => {
    const server = await startFakeServer((socket) => socket.end(answer));
    const gateway = { clamd: [`127.0.0.1:${server.port}`] };
    const told = await run(gateway, catching("ScanCLAM()"), mail("hello"));
    const deferred = await run(gateway, "ScanCLAM(); Deliver();", mail("hello"));
    server.stop();
    expect(told.log.join()).toContain(why);
    expect(deferred.answer).toBe("defer");
  });

  test("a scanner that takes the message and says nothing is given up", async () => {
    const server = await startFakeServer(() => {});
    const gateway = { clamd: [`127.0.0.1:${server.port}`] };
    const { log } = await run(gateway, catching('ScanCLAM(["timeout" => 0.3])'), mail("hello"));
    server.stop();
    expect(log.join()).toContain("no answer within 0.3 seconds");
  });

  test("without a server the script is told so", async () => {
    const { log } = await run({}, catching("ScanCLAM()"), mail("hello"));
    expect(log.join()).toContain("no ClamAV server is set in Settings › Gateway › Scanners");
  });
});

describe("the blocks", () => {
  const flowOf = (block: string, outcomes: Record<string, string>) => ({
    kind: "content" as const,
    title: "Scan",
    entry: "scan",
    nodes: {
      scan: { block, version: 1, config: {}, outcomes },
      bad: { block: "reject", version: 1, config: { text: "bad" } },
      held: { block: "delete", version: 1, config: {} },
      ok: { block: "deliver", version: 1, config: {} },
    },
  });
  const ends = async (gateway: Gateway, flow: ReturnType<typeof flowOf>): Promise<string> => {
    const flows = createTestFlows({ settings: { gateway, flows: { f: flow } } });
    const { verdict, trace } = await flows.content("f", mail("hello"));
    expect(trace?.error ?? null).toBeNull();
    return [verdict.answer.kind, ...verdict.actions.map(({ kind }) => kind)].join(" ");
  };

  test("virus scan: clean, found, and deferred when nobody could look", async () => {
    const flow = flowOf("virus-scan", { clean: "ok", found: "bad" });
    const says = async (answer: string): Promise<string> => {
      const server = await startFakeServer((socket) => socket.end(answer));
      const end = await ends({ clamd: [`127.0.0.1:${server.port}`] }, flow);
      server.stop();
      return end;
    };
    expect(await says("stream: OK\0")).toBe("accept deliver");
    expect(await says("stream: Eicar FOUND\0")).toBe("reject");
    expect(await says("stream: out of memory ERROR\0")).toBe("defer");
    expect(await ends({}, flow)).toBe("defer");
  });

  test("spam score: three ways by points, and deferred when nobody could look", async () => {
    const flow = flowOf("spam-scan", { fine: "ok", likely: "held", certain: "bad" });
    const scores = async (score: number): Promise<string> => {
      const body = `---- ---------------------- --------------------------\n${score} RULE  x\n`;
      const head = `Content-length: ${body.length}\r\nSpam: True ; ${score} / 5.0`;
      const server = await startFakeServer((socket) =>
        socket.end(`SPAMD/1.1 0 EX_OK\r\n${head}\r\n\r\n${body}`),
      );
      const end = await ends({ spamd: [`127.0.0.1:${server.port}`] }, flow);
      server.stop();
      return end;
    };
    expect(await scores(4.9)).toBe("accept deliver");
    expect(await scores(5)).toBe("accept delete");
    expect(await scores(15)).toBe("reject");
    expect(await ends({}, flow)).toBe("defer");
  });
});
