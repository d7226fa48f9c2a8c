import { readFileSync, statSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { expect, test } from "vitest";
import { readCommandLineToken, tokenFile } from "../../src/api/command-line-token.ts";
import { apiOfFile, procedures } from "./api-support.ts";

const { gateway, anna } = await apiOfFile();

const mutations = procedures.filter(({ type }) => type === "mutation").map(({ path }) => path);

/** As a browser sends it: `fetch` of Node would not let us set every header. */
const send = (
  path: string,
  options: { method: string; headers: Record<string, string>; body?: string },
): Promise<number> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(`${gateway.address}${path}`, {
      method: options.method,
      headers: { cookie: anna.cookie, ...options.headers },
    });
    request.on("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("error", reject);
    request.end(options.body ?? "");
  });

const json = { "content-type": "application/json" };
const attempts: Record<string, { method: string; headers: Record<string, string>; body?: string }> =
  {
    "a form of another site": {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: "https://evil.example",
        "sec-fetch-site": "cross-site",
      },
      body: "a=b",
    },
    "a form that pretends to be text": {
      method: "POST",
      headers: { "content-type": "text/plain", origin: "https://evil.example" },
      body: "{}",
    },
    "a file upload of another site": {
      method: "POST",
      headers: {
        "content-type": "multipart/form-data; boundary=x",
        origin: "https://evil.example",
      },
      body: "--x--",
    },
    "JSON of another site": {
      method: "POST",
      headers: { ...json, origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      body: "{}",
    },
    "JSON of a neighbour": {
      method: "POST",
      headers: { ...json, "sec-fetch-site": "same-site" },
      body: "{}",
    },
    "JSON of another origin, from a browser that names no site": {
      method: "POST",
      headers: { ...json, origin: "http://127.0.0.1:1" },
      body: "{}",
    },
    "JSON of nowhere": { method: "POST", headers: json, body: "{}" },
    "JSON of a sandboxed frame": {
      method: "POST",
      headers: { ...json, origin: "null" },
      body: "{}",
    },
    "a guessed token": {
      method: "POST",
      headers: { ...json, authorization: "Bearer guessed" },
      body: "{}",
    },
    "an image": { method: "GET", headers: { "sec-fetch-site": "cross-site" } },
    "a link": { method: "GET", headers: { "sec-fetch-site": "same-origin" } },
    "another verb": {
      method: "PUT",
      headers: { ...json, "sec-fetch-site": "same-origin" },
      body: "{}",
    },
  };

test.each(Object.keys(attempts))(
  "%s changes nothing, whichever procedure it names",
  async (name) => {
    const attempt = attempts[name];
    if (attempt === undefined) throw new Error("no such attempt");
    for (const path of mutations) {
      const status = await send(`/trpc/${path}`, attempt);
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect([403, 405, 415], path).toContain(status);
    }
    expect((await anna.api.signIn.status.query()).user?.name).toBe("anna");
  },
);

test("our own page is heard, with either of the two headers", async () => {
  const path = "/trpc/settings.discard";
  const site = { ...json, "sec-fetch-site": "same-origin" };
  expect(await send(path, { method: "POST", headers: site, body: "{}" })).toBe(200);
  const origin = { ...json, origin: gateway.address };
  expect(await send(path, { method: "POST", headers: origin, body: "{}" })).toBe(200);
});

test("another site cannot even ask", async () => {
  const headers = { "sec-fetch-site": "cross-site" };
  expect(await send("/trpc/settings.changes", { method: "GET", headers })).toBe(403);
});

test("the command line's token opens from this machine only, and only its owner can read it", async () => {
  const found = readCommandLineToken(gateway.dataFolder);
  expect(found?.address).toBe(gateway.address);
  const headers = { authorization: `Bearer ${found?.token}`, cookie: "" };
  const ask = (more: Record<string, string>) =>
    send("/trpc/users.list", { method: "GET", headers: { ...headers, ...more } });
  expect(await ask({})).toBe(200);
  expect(await ask({ "x-forwarded-for": "192.0.2.1" })).toBe(401);
  expect(await ask({ authorization: "Bearer x" })).toBe(401);
  expect(statSync(tokenFile(gateway.dataFolder)).mode & 0o777).toBe(0o600);
  expect(readFileSync(tokenFile(gateway.dataFolder), "utf8")).toContain(found?.token);
});

test("keys that reach for a prototype are refused, in bodies and in addresses", async () => {
  const body = '{"kind":"gateway","id":"gateway","body":{"__proto__":{"polluted":1}},"version":1}';
  const headers = { ...json, "sec-fetch-site": "same-origin" };
  expect(await send("/trpc/settings.save", { method: "POST", headers, body })).toBe(400);
  const input = encodeURIComponent('{"kind":"domain","constructor":{"prototype":{}}}');
  const query = { method: "GET", headers: { "sec-fetch-site": "same-origin" } };
  expect(await send(`/trpc/settings.list?input=${input}`, query)).toBe(400);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});

test("a stranger cannot fill our memory", async () => {
  const body = JSON.stringify({ name: "x", password: "y".repeat(100_000) });
  const headers = { ...json, "sec-fetch-site": "same-origin", cookie: "" };
  expect(await send("/trpc/signIn.signIn", { method: "POST", headers, body })).toBe(413);
});

test("every answer says what a page may do, and none is sniffed", async () => {
  for (const path of ["/trpc/signIn.status", "/health", "/nothing"]) {
    const response = await fetch(`${gateway.address}${path}`);
    expect(response.headers.get("content-security-policy")).toBe(
      "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    await response.body?.cancel();
  }
});

test("health says that it is well, and nothing else", async () => {
  const response = await fetch(`${gateway.address}/health`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ok" });
});

test("metrics are for this machine", async () => {
  const here = await fetch(`${gateway.address}/metrics`);
  expect(await here.text()).toMatch(/^sluice_revision 1$/m);
  const proxied = await fetch(`${gateway.address}/metrics`, {
    headers: { "x-forwarded-for": "192.0.2.1" },
  });
  expect(proxied.status).toBe(404);
});
