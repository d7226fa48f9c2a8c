import { afterAll, beforeAll, expect, test } from "vitest";
import { createBrowser, password, type RunningApi, refusal, startApi } from "./api-support.ts";

let gateway: RunningApi;
beforeAll(async () => {
  gateway = await startApi();
});
afterAll(() => gateway.close());

test("the set-up link makes the first administrator, once, and is replaced by each start", async () => {
  const browser = createBrowser(gateway.address);
  expect(await browser.api.signIn.status.query()).toEqual({
    setupNeeded: true,
    user: null,
    version: null,
  });
  const old = await gateway.setupCode();
  const code = await gateway.setupCode();
  const set = (given: string) =>
    browser.api.signIn.setUp.mutate({ code: given, name: "anna", password });
  expect((await refusal(set(old))).code).toBe("SIGN_IN_REFUSED");
  expect((await refusal(set("guessed"))).code).toBe("SIGN_IN_REFUSED");
  const weak = browser.api.signIn.setUp.mutate({ code, name: "anna", password: "password1234!" });
  expect(await refusal(weak)).toMatchObject({ code: "INVALID", detail: { field: "password" } });
  expect(await set(code)).toMatchObject({ name: "anna", role: "administrator" });
  expect((await browser.api.signIn.status.query()).user?.name).toBe("anna");

  const second = createBrowser(gateway.address);
  const again = second.api.signIn.setUp.mutate({ code, name: "eve", password });
  expect((await refusal(again)).code).toBe("SIGN_IN_REFUSED");
  expect(await second.api.signIn.status.query()).toMatchObject({ setupNeeded: false, user: null });
});

test("a wrong password and an unknown name are told apart by nobody", async () => {
  const browser = createBrowser(gateway.address);
  const wrong = await refusal(
    browser.api.signIn.signIn.mutate({ name: "anna", password: "wrong" }),
  );
  const unknown = await refusal(
    browser.api.signIn.signIn.mutate({ name: "nora", password: "wrong" }),
  );
  expect(wrong).toEqual(unknown);
  expect(wrong.code).toBe("SIGN_IN_REFUSED");
  expect(browser.cookie).toBe("");
});

test("guessing gets slower, and the owner gets in afterwards", async () => {
  const browser = createBrowser(gateway.address);
  gateway.advance(3_600_001);
  const tries = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    tries.push(
      (await refusal(browser.api.signIn.signIn.mutate({ name: "anna", password: "wrong" }))).code,
    );
  }
  expect(tries).toContain("TOO_MANY_TRIES");
  expect(tries.filter((code) => code === "SIGN_IN_REFUSED").length).toBeLessThanOrEqual(5);
  gateway.advance(31_000);
  await browser.api.signIn.signIn.mutate({ name: "anna", password });
  expect(browser.cookie).toMatch(/^sluice=/);
});

test("a session ends by sign-out, by idling, and after twelve hours whatever happens", async () => {
  const signIn = async () => {
    const browser = createBrowser(gateway.address);
    await browser.api.signIn.signIn.mutate({ name: "anna", password });
    return browser;
  };
  const left = await signIn();
  const { cookie } = left;
  await left.api.signIn.signOut.mutate();
  left.cookie = cookie;
  expect((await left.api.signIn.status.query()).user).toBeNull();

  const idle = await signIn();
  gateway.advance(31 * 60_000);
  expect((await idle.api.signIn.status.query()).user).toBeNull();

  const busy = await signIn();
  for (let step = 0; step < 12 * 3 - 1; step++) {
    gateway.advance(20 * 60_000);
    expect((await busy.api.signIn.status.query()).user?.name).toBe("anna");
  }
  gateway.advance(20 * 60_000 + 1000);
  expect((await busy.api.signIn.status.query()).user).toBeNull();
});

test("a new password ends every other session", async () => {
  const [one, two] = [createBrowser(gateway.address), createBrowser(gateway.address)];
  await one.api.signIn.signIn.mutate({ name: "anna", password });
  await two.api.signIn.signIn.mutate({ name: "anna", password });
  expect(await one.api.signIn.sessions.query()).toHaveLength(2);
  const before = one.cookie;
  const changed = "another long enough phrase";
  await one.api.signIn.changePassword.mutate({ current: password, password: changed });
  expect(one.cookie).not.toBe(before);
  expect((await one.api.signIn.status.query()).user?.name).toBe("anna");
  expect((await two.api.signIn.status.query()).user).toBeNull();
  await one.api.signIn.changePassword.mutate({ current: changed, password });
});

test("the cookie is out of reach of scripts, and bound to the host over TLS", async () => {
  const attributes = async (headers: Record<string, string>): Promise<string> => {
    const response = await fetch(`${gateway.address}/trpc/signIn.signIn`, {
      method: "POST",
      headers: { "content-type": "application/json", "sec-fetch-site": "same-origin", ...headers },
      body: JSON.stringify({ name: "anna", password }),
    });
    return response.headers.get("set-cookie") ?? "";
  };
  const plain = await attributes({});
  expect(plain).toMatch(/^sluice=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/);
  const tls = await attributes({ "x-forwarded-proto": "https" });
  expect(tls).toMatch(
    /^__Host-sluice=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200; Secure$/,
  );
});

test("no token and no password is in the database", async () => {
  const browser = createBrowser(gateway.address);
  await browser.api.signIn.signIn.mutate({ name: "anna", password });
  const token = browser.cookie.split("=")[1] ?? "";
  const { rows } = await gateway.database.pool.query(
    "SELECT to_jsonb(s)::text AS row FROM user_session s UNION ALL SELECT to_jsonb(u)::text FROM user_account u UNION ALL SELECT to_jsonb(a)::text FROM audit_entry a",
  );
  const text = JSON.stringify(rows);
  expect(text).not.toContain(token);
  expect(text).not.toContain(Buffer.from(token).toString("hex"));
  expect(text).not.toContain(password);
  expect(text).toContain("$argon2id$v=19$m=19456,t=2,p=1$");
});

test("the last administrator stays", async () => {
  const browser = createBrowser(gateway.address);
  await browser.api.signIn.signIn.mutate({ name: "anna", password });
  const role = browser.api.users.setRole.mutate({ name: "anna", role: "auditor" });
  expect((await refusal(role)).code).toBe("NOT_ALLOWED");
  const disable = browser.api.users.disable.mutate({ name: "anna" });
  expect((await refusal(disable)).code).toBe("NOT_ALLOWED");
});
