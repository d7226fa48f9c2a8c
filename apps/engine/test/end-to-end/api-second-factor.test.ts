import { expect, test } from "vitest";
import { codeAt, secretBytes } from "../support/authenticator.ts";
import { apiOfFile, createBrowser, password, refusal } from "./api-support.ts";

let ahead = 0;
const { gateway, anna } = await apiOfFile();

const advance = (milliseconds: number): void => {
  ahead += milliseconds;
  gateway.advance(milliseconds);
};

const codeOf = (secret: Buffer): string => codeAt(secret, new Date(Date.now() + ahead));

const addUser = (name: string) => anna.api.users.add.mutate({ name, role: "operator", password });

test("secrets, keys and users are changed only soon after the password was given", async () => {
  await addUser("first");
  advance(16 * 60_000);
  for (const request of [
    () => addUser("second"),
    () =>
      anna.api.secrets.set.mutate({
        ...{ kind: "directory", id: "main", field: "bindPassword", value: "x" },
      }),
    () => anna.api.certificates.makeSelfSigned.mutate({ id: "c", names: ["mx.example.org"] }),
  ]) {
    expect((await refusal(request())).code).toBe("PROOF_NEEDED");
  }
  // what comes from mail and flows goes on, and so does reading
  expect((await anna.api.users.list.query()).map(({ name }) => name)).toEqual(["anna", "first"]);
  const wrong = anna.api.signIn.prove.mutate({ password: "wrong" });
  expect((await refusal(wrong)).code).toBe("SIGN_IN_REFUSED");
  expect((await refusal(addUser("second"))).code).toBe("PROOF_NEEDED");
  await anna.api.signIn.prove.mutate({ password });
  await addUser("second");
});

test("a second factor is asked for from the first right code on, and each code is taken once", async () => {
  const browser = createBrowser(gateway.address);
  await browser.api.signIn.signIn.mutate({ name: "second", password });
  const denied = browser.api.signIn.prepareSecondFactor.mutate({ password: "wrong" });
  expect((await refusal(denied)).code).toBe("SIGN_IN_REFUSED");
  const offer = await browser.api.signIn.prepareSecondFactor.mutate({ password });
  const secret = secretBytes(offer.secret);
  expect(offer.uri).toContain(`secret=${offer.secret}`);
  // not confirmed: the password alone still signs in
  const other = createBrowser(gateway.address);
  await other.api.signIn.signIn.mutate({ name: "second", password });
  const mistyped = browser.api.signIn.confirmSecondFactor.mutate({ code: "000000" });
  expect(await refusal(mistyped)).toMatchObject({ code: "INVALID", detail: { field: "code" } });
  const before = browser.cookie;
  await browser.api.signIn.confirmSecondFactor.mutate({ code: codeOf(secret) });
  expect(browser.cookie).not.toBe(before);
  expect(await browser.api.signIn.secondFactor.query()).toEqual({ on: true });
  expect((await other.api.signIn.status.query()).user).toBeNull();

  const signIn = (code?: string) =>
    other.api.signIn.signIn.mutate({
      ...{ name: "second", password },
      ...(code === undefined ? {} : { code }),
    });
  expect((await refusal(signIn())).code).toBe("CODE_NEEDED");
  expect(await refusal(signIn(codeOf(secret)))).toMatchObject({ code: "SIGN_IN_REFUSED" }); // used
  advance(31_000);
  const code = codeOf(secret);
  await signIn(code);
  expect((await other.api.signIn.status.query()).user?.name).toBe("second");
  expect(await refusal(signIn(code))).toMatchObject({
    code: "SIGN_IN_REFUSED",
    detail: { field: "code" },
  });
});

test("codes cannot be guessed at full speed by somebody who knows the password", async () => {
  advance(3_600_001);
  const browser = createBrowser(gateway.address);
  const tries: string[] = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    const code = String(100_000 + attempt);
    const given = { name: "second", password, code };
    tries.push(String((await refusal(browser.api.signIn.signIn.mutate(given))).code));
  }
  expect(tries).toContain("TOO_MANY_TRIES");
});

test("an administrator takes the factor of somebody who lost it away, and the audit says so", async () => {
  advance(3_600_001);
  await anna.api.signIn.signIn.mutate({ name: "anna", password });
  await anna.api.users.removeSecondFactor.mutate({ name: "second" });
  const browser = createBrowser(gateway.address);
  await browser.api.signIn.signIn.mutate({ name: "second", password });
  expect(await browser.api.signIn.secondFactor.query()).toEqual({ on: false });
  const { rows } = await anna.api.system.audit.query({});
  expect(rows.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["user.second-factor.on", "user.second-factor.off"]),
  );
});

test("the shared secret is nowhere in clear", async () => {
  const browser = createBrowser(gateway.address);
  await browser.api.signIn.signIn.mutate({ name: "second", password });
  const { secret } = await browser.api.signIn.prepareSecondFactor.mutate({ password });
  const user = await gateway.store.user.findUnique({ where: { name: "second" } });
  expect(Buffer.from(user?.totpSecret ?? []).includes(secretBytes(secret))).toBe(false);
  const { rows } = await anna.api.system.audit.query({});
  expect(JSON.stringify([rows, await anna.api.users.list.query()])).not.toContain(secret);
});
