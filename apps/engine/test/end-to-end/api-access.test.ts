import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Permission, permissions, rolePermissions } from "../../src/api/permission.ts";
import { type Role, roles } from "../../src/store/user-store.ts";
import {
  type Browser,
  createBrowser,
  firstAdministrator,
  type Procedure,
  password,
  procedures,
  type RunningApi,
  startApi,
} from "./api-support.ts";

let gateway: RunningApi;
const browsers = new Map<Role | "nobody", Browser>();

beforeAll(async () => {
  gateway = await startApi();
  const anna = await firstAdministrator(gateway);
  browsers.set("administrator", anna);
  browsers.set("nobody", createBrowser(gateway.address));
  for (const role of ["operator", "auditor"] as const) {
    await anna.api.users.add.mutate({ name: `the-${role}`, role, password });
    const browser = createBrowser(gateway.address);
    await browser.api.signIn.signIn.mutate({ name: `the-${role}`, password });
    browsers.set(role, browser);
  }
});
afterAll(() => gateway.close());

/** A stream answers 200 and says in its events that it is refused. */
const refusalInStream = async (response: Response): Promise<number> => {
  let heard = "";
  for await (const chunk of response.body ?? []) {
    heard += Buffer.from(chunk).toString();
    const status = /"httpStatus":(\d+)/.exec(heard)?.[1];
    if (status !== undefined) return Number(status);
  }
  return 200;
};

/** Calls with an input that none understands: the permission is settled before the input is. */
const call = async (
  browser: Browser,
  { path, type }: Procedure,
  allowed: boolean,
): Promise<number> => {
  const input = JSON.stringify({ surely: "wrong" });
  const url = `${gateway.address}/trpc/${path}`;
  const response =
    type === "mutation"
      ? await browser.fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: input,
        })
      : await browser.fetch(`${url}?input=${encodeURIComponent(input)}`);
  if (type === "subscription" && !allowed) return refusalInStream(response);
  await response.body?.cancel();
  return response.status;
};

const expected: Readonly<Record<Role, readonly Permission[]>> = {
  auditor: ["public", "signed-in", "view"],
  operator: ["public", "signed-in", "view", "read-content", "operate"],
  administrator: ["public", "signed-in", "view", "read-content", "operate", "edit", "manage"],
};

test("the roles have these permissions and no others", () => {
  expect(rolePermissions).toEqual(expected);
});

test("every procedure declares a permission that exists", () => {
  expect(procedures.length).toBeGreaterThan(60);
  for (const { path, permission } of procedures) {
    expect(permissions, path).toContain(permission);
  }
});

test("what changes settings, mail or users is never merely viewing", () => {
  const viewing = procedures.filter(
    ({ type, permission }) =>
      type === "mutation" && (permission === "public" || permission === "view"),
  );
  expect(viewing.map(({ path }) => path).sort()).toEqual([
    "signIn.setUp",
    "signIn.signIn",
    "textForm.planFiles", // changes nothing; its files are too large for an address
  ]);
});

describe.each(procedures)("$path", (procedure) => {
  test.each([...roles, "nobody"] as const)("for %s", async (role) => {
    // these end or fill the session that calls
    if (procedure.path === "signIn.signOut" && role !== "nobody") return;
    const browser = browsers.get(role);
    if (browser === undefined) throw new Error("no such browser");
    const { permission } = procedure;
    if (permission === undefined) throw new Error("no permission");
    const allowed =
      role === "nobody" ? permission === "public" : expected[role].includes(permission);
    const status = await call(browser, procedure, allowed);
    if (allowed) expect([401, 403]).not.toContain(status);
    else expect(status).toBe(role === "nobody" ? 401 : 403);
  });
});
