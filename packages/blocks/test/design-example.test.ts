import { describeOrigin, originAt } from "@sluice/flow-schema";
import { describe, expect, it } from "vitest";
import { blocks } from "../src/registry/definitions.gen.ts";
import { compiledOf, makeFlow, noEntries, run, spfAnswer } from "./support/run-flow.ts";

/** The example of the design: SPF, then a directory. */
const knownUsers = makeFlow("recipient", {
  spf: ["spf", {}, { fail: "refuse", softfail: "ldap", pass: "ldap", none: "ldap" }],
  ldap: ["ldap-recipient", { directory: "main" }, { found: "ok", missing: "unknown" }],
  unknown: ["reject", { text: "No such user" }],
  refuse: ["reject", { text: "SPF failed for $senderdomain" }],
  ok: ["accept"],
});

describe("the flow of the design", () => {
  it("becomes one text with one function for what is shared", async () => {
    const { script } = compiledOf(knownUsers);
    await expect(script.text).toMatchFileSnapshot("known-users.hsl");
  });

  it("asks the directory, and refuses whom it does not know", async () => {
    const functions = { spf_query: spfAnswer("softfail"), ldap_search: noEntries };
    expect(await run(knownUsers, {}, functions)).toMatchObject({
      end: "Reject No such user",
      steps: ["spf", "spf.softfail", "ldap", "ldap.missing", "unknown"],
    });
  });

  it("defers when the directory or DNS gives no answer", async () => {
    const functions = { spf_query: spfAnswer("pass"), ldap_search: () => -1 };
    expect((await run(knownUsers, {}, functions)).end).toBe("Defer");
    expect((await run(knownUsers, {}, { spf_query: spfAnswer("temperror") })).end).toBe("Defer");
  });

  it("fills templates in", async () => {
    const { end } = await run(
      knownUsers,
      { senderdomain: "example.org" },
      { spf_query: spfAnswer("fail") },
    );
    expect(end).toBe("Reject SPF failed for example.org");
  });

  it("puts origins into words", () => {
    const { origins } = compiledOf(knownUsers);
    const unwired = origins.find(({ node, outcome }) => node === "ldap" && outcome === "error");
    expect(unwired && describeOrigin(knownUsers, blocks, unwired)).toMatchObject({
      title: "LDAP recipient",
      label: "in main",
      words: "No answer",
      targetTitle: "the client is asked to try again later",
    });
  });

  it("knows whose text a place is", () => {
    const { script, origins } = compiledOf(knownUsers);
    expect(originAt(origins, script.text.indexOf("No such user"))?.node).toBe("unknown");
    expect(originAt(origins, script.text.indexOf("spf_query"))?.node).toBe("spf");
  });
});
