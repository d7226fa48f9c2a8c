import { keyRecord } from "@sluice/mail-syntax";
import { beforeAll, expect, test } from "vitest";
import { makeSigningKey } from "../../src/store/signing-keys.ts";
import { startKnot } from "../support/knot.ts";
import { testWithPeer } from "../support/peers.ts";
import { apiOfFile, refusal } from "./api-support.ts";

const { anna } = await apiOfFile();
beforeAll(async () => {
  await make("example.org");
});

const make = (id: string) =>
  anna.api.settings.save.mutate({ kind: "signer", id, body: { domain: id }, version: null });
const keysOf = (id: string) => anna.api.signers.keys.query({ id });

test("a made key shows its record, and never its private half", async () => {
  const id = "example.org";
  await anna.api.signers.makeKey.mutate({ id, selector: "s1", algorithm: "rsa-sha256" });
  await anna.api.signers.makeKey.mutate({ id, selector: "s1-ed", algorithm: "ed25519-sha256" });
  const keys = await keysOf(id);
  expect(keys).toMatchObject([
    { selector: "s1", bits: 2048, use: "prepared", privateKey: "set" },
    { selector: "s1-ed", bits: 256, use: "prepared", privateKey: "set" },
  ]);
  const [rsa, ed] = keys;
  expect(rsa?.record.name).toBe("s1._domainkey.example.org");
  expect(rsa?.record.strings.map(({ length }) => length <= 255)).toEqual([true, true]);
  expect(rsa?.record.strings.join("")).toBe(rsa?.record.text);
  expect(ed?.record.text).toMatch(/^v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=$/);
  const row = await anna.api.settings.get.query({ kind: "signer", id });
  expect(JSON.stringify([keys, row])).not.toContain("PRIVATE KEY");
  expect((await refusal(makeAgain())).code).toBe("CONFLICT");
});

const makeAgain = () =>
  anna.api.signers.makeKey.mutate({
    id: "example.org",
    selector: "s1",
    algorithm: "ed25519-sha256",
  });

test("a key changes from prepared to active to retired, and then leaves with its private half", async () => {
  const id = "turn.example";
  await make(id);
  await anna.api.signers.makeKey.mutate({ id, selector: "old", algorithm: "ed25519-sha256" });
  const advice = async () =>
    (await anna.api.settings.problems.query()).filter((problem) => problem.id === id);
  expect(await advice()).toMatchObject([{ severity: "advice", rule: "signing-key-none" }]);
  await anna.api.signers.setUse.mutate({ id, selector: "old", use: "active" });
  expect(await advice()).toEqual([]);
  await anna.api.settings.publish.mutate({ message: "Sign", acceptWarnings: true });
  await anna.api.signers.makeKey.mutate({ id, selector: "new", algorithm: "ed25519-sha256" });
  await anna.api.signers.setUse.mutate({ id, selector: "new", use: "active" });

  // what is live still signs with it
  await anna.api.signers.setUse.mutate({ id, selector: "old", use: "retired" });
  await anna.api.signers.removeKey.mutate({ id, selector: "old" });
  const state = () =>
    anna.api.secrets.state.query({ kind: "signer", id, field: "keys/old/privateKey" });
  expect((await state()).set).toBe(true);
  await anna.api.settings.discard.mutate({ kind: "signer", id });
  await anna.api.signers.setUse.mutate({ id, selector: "old", use: "retired" });
  await anna.api.settings.publish.mutate({ message: "Retire", acceptWarnings: true });
  await anna.api.signers.removeKey.mutate({ id, selector: "old" });
  expect((await state()).set).toBe(false);
});

test("a key that exists already is brought along; what is none is refused in words", async () => {
  const id = "example.org";
  const own = await makeSigningKey("rsa-sha256");
  await anna.api.signers.importKey.mutate({ id, selector: "own", privateKey: own.privateKey });
  expect((await keysOf(id)).find(({ selector }) => selector === "own")?.record.text).toBe(
    keyRecord("rsa", own.publicKey),
  );
  const wrong = anna.api.signers.importKey.mutate({ id, selector: "x", privateKey: "hello" });
  expect(await refusal(wrong)).toMatchObject({
    code: "INVALID",
    message: expect.stringContaining("no private key in PEM"),
    detail: { field: "privateKey" },
  });
});

test("two signers of one domain are an error, and so is a key that is no key", async () => {
  const body = {
    domain: "example.org",
    keys: { bad: { algorithm: "rsa-sha256", publicKey: "AAAA" } },
  };
  await anna.api.settings.save.mutate({ kind: "signer", id: "twice", body, version: null });
  const found = (await anna.api.settings.problems.query()).filter(({ id }) => id === "twice");
  expect(found.map(({ severity, rule }) => `${severity} ${rule}`).sort()).toEqual([
    "advice signing-key-none",
    "error secret-unset",
    "error signer-twice",
    "error signing-key",
  ]);
  await anna.api.settings.discard.mutate({ kind: "signer", id: "twice" });
});

testWithPeer("knotd")("what DNS has is compared with the key", async () => {
  const id = "check.example";
  await make(id);
  for (const selector of ["good", "none", "other", "two", "revoked", "cut"]) {
    await anna.api.signers.makeKey.mutate({ id, selector, algorithm: "rsa-sha256" });
  }
  const texts = new Map(
    (await keysOf(id)).map(({ selector, record }) => [selector, record.strings] as const),
  );
  const line = (selector: string, strings: readonly string[]): string =>
    `${selector}._domainkey TXT ${strings.map((one) => `"${one}"`).join(" ")}`;
  const good = texts.get("good") ?? [];
  const knot = await startKnot({
    [id]: [
      line("good", good),
      line("other", good),
      line("two", texts.get("two") ?? []),
      line("two", ["v=spf1 -all"]),
      line("revoked", ["v=DKIM1; p="]),
      line("cut", (texts.get("cut") ?? []).slice(0, 1)),
    ].join("\n"),
  });
  const { body, version } = await anna.api.settings.get.query({ kind: "gateway", id: "gateway" });
  const resolvers = async (list: string[], over: number) => {
    const changed = { ...(body as object), resolvers: list };
    await anna.api.settings.save.mutate({
      ...{ kind: "gateway", id: "gateway", body: changed, version: over },
    });
    await anna.api.settings.publish.mutate({ message: "Resolvers", acceptWarnings: true });
  };
  const check = async (selector: string) =>
    (await anna.api.signers.checkKey.mutate({ id, selector })).state;
  await resolvers([knot.address], version);
  expect(await Promise.all(["good", "none", "other", "two", "revoked", "cut"].map(check))).toEqual([
    "matches",
    "missing",
    "differs",
    "several",
    "revoked",
    "differs",
  ]);
  expect((await anna.api.signers.checkKey.mutate({ id, selector: "cut" })).text).toContain(
    "cut off",
  );
  await knot.stop();
  expect(await check("good")).toBe("error");
});
