import { compileFlow, dependsOnRecipient, environmentFor } from "@sluice/flow-schema";
import { compile, type FunctionBody, HslArray, ScriptError, type Value } from "@sluice/hsl";
import { describe, expect, it } from "vitest";
import { blocks } from "../src/registry/definitions.gen.ts";
import { compiledOf, makeFlow, type Nodes, run } from "./support/run-flow.ts";

describe("look-ups", () => {
  it("DNSBL: takes refusals and wild answers for no answer", async () => {
    const flow = makeFlow("ip-policy", {
      a: [
        "dnsbl",
        { zones: [{ zone: "x.example", answers: ["127.0.0.2-127.0.0.4"] }] },
        { clear: "clear", listed: "listed", error: "failed" },
      ],
      clear: ["allow", { seconds: 1 }],
      listed: ["block"],
      failed: ["allow", { seconds: 2 }],
    });
    const asked = async (...answers: string[]) => {
      const result = HslArray.fromEntries([["answers", HslArray.of(...answers)]]);
      return (await run(flow, { senderip: "192.0.2.1" }, { dnsbl: () => result })).end;
    };
    expect(await asked()).toBe("Allow 1");
    expect(await asked("127.0.0.3")).toMatch(/^Block/);
    expect(await asked("127.0.0.9")).toBe("Allow 1");
    expect(await asked("127.255.255.254")).toBe("Allow 2");
    expect(await asked("203.0.113.7")).toBe("Allow 2");
    expect(await asked("127.255.255.254", "127.0.0.2")).toMatch(/^Block/);
  });

  it("file sign-in: only a line of two words signs in, with the right second", async () => {
    const flow = makeFlow("authentication", {
      a: ["file-login", { file: "accounts" }, { accepted: "ok" }],
      ok: ["accept"],
    });
    const line = async (found: Value) =>
      (
        await run(
          flow,
          { saslusername: "joe", saslpassword: "secret" },
          { in_file: () => found, secret_equals: ([a, b]) => a === b && a !== "" },
        )
      ).end;
    expect(await line(HslArray.of("joe", "secret"))).toBe("Accept");
    expect(await line(HslArray.of("joe", "wrong"))).toBe("Reject");
    expect(await line(HslArray.of("joe"))).toBe("Reject");
    expect(await line(HslArray.of("joe", "secret", "more"))).toBe("Reject");
    expect(await line(new HslArray())).toBe("Reject");
    expect(await line(-1)).toBe("Defer");
  });

  it("rate limit: looks without counting, and counts", async () => {
    const limit = (counts: boolean) =>
      makeFlow("authentication", {
        a: ["rate-limit", { count: 5, counts }, { within: "ok", exceeded: "no", error: "ok" }],
        ok: ["accept"],
        no: ["defer"],
      });
    const ended = async (counts: boolean, answer: Value) =>
      (await run(limit(counts), {}, { rate: () => answer })).end;
    expect([await ended(true, true), await ended(true, false)]).toEqual(["Accept", "Defer"]);
    expect([await ended(false, 4), await ended(false, 5)]).toEqual(["Accept", "Defer"]);
    expect([await ended(true, -1), await ended(false, -1)]).toEqual(["Accept", "Accept"]);
  });

  it("HTTP: each answer has its outcome, and a broken service none", async () => {
    const flow = makeFlow("recipient", {
      a: [
        "http-lookup",
        {
          url: "https://api.example.org/?u=$1",
          values: ["$recipient"],
          answers: [{ id: "known", text: "yes", words: "Known" }],
        },
        { known: "ok", other: "no" },
      ],
      ok: ["accept"],
      no: ["reject"],
    });
    const asked = async (status: number, body: string) => {
      const answer = HslArray.fromEntries([
        ["status", status],
        ["body", body],
      ]);
      return (await run(flow, { recipient: "joe@example.org" }, { http: () => answer })).end;
    };
    expect(await asked(200, "yes\n")).toBe("Accept");
    expect(await asked(200, "yes!")).toBe("Reject");
    expect(await asked(404, "")).toBe("Reject");
    expect(await asked(503, "yes")).toBe("Defer");
    expect(await asked(0, "")).toBe("Defer");
  });
});

it("attachment name: a message that cannot be taken apart is not clean", async () => {
  const flow = makeFlow("content", {
    a: ["attachment-name", { endings: ["exe"] }, { none: "ok", found: "no" }],
    ok: ["deliver"],
    no: ["delete"],
  });
  const ended = async (body: FunctionBody) =>
    (await run(flow, {}, { GetAttachmentsByName: body })).end;
  const broken = () => {
    throw new ScriptError("unscannable", "too many parts");
  };
  expect(await ended(() => new HslArray())).toBe("Deliver");
  expect(await ended(() => HslArray.of("1.2"))).toBe("Delete");
  expect(await ended(broken)).toBe("Defer");
});

it("HTTP: a value cannot choose the host", () => {
  const problems = (url: string) => {
    const answers = [{ id: "yes", text: "OK", words: "OK" }];
    const compiled = compileFlow(
      makeFlow("recipient", { a: ["http-lookup", { url, answers }] }),
      blocks,
    );
    return compiled.problems.filter(({ rule }) => rule === "config").length;
  };
  expect(problems("https://api.example.org/$1?x=$2")).toBe(0);
  expect(problems("https://$1/")).toBe(1);
  expect(problems("https://a.$1.example.org/")).toBe(1);
  expect(problems("ftp://api.example.org/")).toBe(1);
  expect(problems(`https://a/${"$1".repeat(900)} `)).toBe(1);
});

describe("one reply", () => {
  const depends = (nodes: Nodes): boolean => {
    const { script } = compiledOf(makeFlow("content", nodes));
    const compiled = compile(script.text, environmentFor("content", blocks)).script;
    if (compiled === null) throw new Error("does not compile");
    return dependsOnRecipient(compiled);
  };

  it("is enough for a flow that asks nothing of the recipient", () => {
    expect(depends({ a: ["header", { name: "X-A", value: "$senderip" }] })).toBe(false);
    expect(depends({ a: ["header", { name: "X-A", value: "$recipient" }] })).toBe(true);
    expect(depends({ a: ["script", { source: 'SetRecipient("a@example.org");' }] })).toBe(true);
  });
});
