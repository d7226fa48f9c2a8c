/** http() against a real server, and against everything it must not reach. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillUrl } from "../../src/flows/functions/http-call.ts";
import { createDns, type Dns } from "../../src/flows/host/dns.ts";
import { createHttp, type HttpRequest, isAllowed } from "../../src/flows/host/http.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";

type Seen = { url: string; method: string; headers: IncomingMessage["headers"]; body: string };
const seen: Seen[] = [];
let port: number;
let other: number;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const url = request.url ?? "";
    seen.push({
      url,
      method: request.method ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks).toString("latin1"),
    });
    if (url.startsWith("/ok")) response.end("OK");
    else if (url.startsWith("/line")) response.end("OK\n");
    else if (url.startsWith("/missing")) response.writeHead(404).end("no");
    else if (url.startsWith("/big")) response.end(Buffer.alloc(2_000_000, 120));
    else if (url.startsWith("/slow")) return;
    else if (url.startsWith("/loop")) response.writeHead(302, { location: "/loop" }).end();
    else if (url.startsWith("/away"))
      response.writeHead(302, { location: `http://localhost:${other}/ok` }).end();
    else if (url.startsWith("/metadata"))
      response.writeHead(302, { location: "http://169.254.169.254/latest" }).end();
    else if (url.startsWith("/file"))
      response.writeHead(302, { location: "file:///etc/passwd" }).end();
    else response.end(Buffer.concat(chunks));
  });
});
const second = createServer((request, response) => {
  seen.push({
    url: request.url ?? "",
    method: request.method ?? "",
    headers: request.headers,
    body: "",
  });
  response.end("second");
});

beforeAll(async () => {
  await Promise.all(
    [server, second].map(
      (one) => new Promise<void>((resolve) => one.listen(0, "127.0.0.1", () => resolve())),
    ),
  );
  port = (server.address() as AddressInfo).port;
  other = (second.address() as AddressInfo).port;
});
afterAll(() => {
  for (const one of [server, second]) {
    one.closeAllConnections();
    one.close();
  }
});

const run = async (source: string, allow: string[] = ["127.0.0.0/8", "::1"]) => {
  const flows = createTestFlows({
    settings: {
      gateway: { httpAllowPrivate: allow },
      flows: {
        f: scriptFlow(
          "recipient",
          `${source.replaceAll("BASE", `http://127.0.0.1:${port}`)}\nAccept();`,
        ),
      },
    },
  });
  seen.length = 0;
  const { trace } = await flows.recipient("f", "bob@example.org");
  return {
    log: flows.echoed(),
    trace,
    warnings: flows.log.filter((line) => line.startsWith("warn")),
  };
};

test("the seed's shape: a number, then values, percent-encoded", async () => {
  const { log } = await run(
    `echo http("BASE/ok?username=$1&password=$2", 10, "a&b=c d", "$1%/ü") == "OK";`,
  );
  expect(log).toEqual(["1"]);
  expect(seen[0]?.url).toBe("/ok?username=a%26b%3Dc%20d&password=%241%25%2F%C3%BC");
});

test("only a body of exactly OK is OK, and a failure is an empty string", async () => {
  const { log } = await run(
    `echo http("BASE/line", 5) == "OK"; echo "[" . http("BASE/missing") . "]"; echo "[" . http("http://127.0.0.1:1/") . "]"; echo "[" . http("BASE/big") . "]"; echo "[" . http("BASE/slow", 0.3) . "]";`,
  );
  expect(log).toEqual(["0", "[]", "[]", "[]", "[]"]);
});

test("the shapes with arrays", async () => {
  await run(
    `http("BASE/echo?a=$1", 5, ["x y"], ["f" => "1&2", "g" => "ü"]); http("BASE/echo", ["headers" => ["X-A: 1", "X-B" => "2"], "method" => "PUT"], [], "raw body"); http("BASE/echo");`,
  );
  expect(seen).toMatchObject([
    {
      url: "/echo?a=x%20y",
      method: "POST",
      body: "f=1%262&g=%C3%BC",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
    { method: "PUT", body: "raw body", headers: { "x-a": "1", "x-b": "2" } },
    { method: "GET", body: "" },
  ]);
});

test("the extended result tells an answer from none", async () => {
  const { log } = await run(
    `echo http("BASE/missing", ["extended_result" => true]); $r = http("http://127.0.0.1:1/", ["extended_result" => true]); echo $r["status"]; echo isset($r["error"]);`,
  );
  expect(log).toEqual(['["status"=>404,"body"=>"no"]', "0", "1"]);
});

test.each([["X: a\\r\\nY: b"], ["Host: other"], ["no header"]])(
  "refuses the header %j",
  async (header) => {
    const { trace } = await run(`http("BASE/ok", ["headers" => ["${header}"]]);`);
    expect(trace?.error?.code).toBe("wrong-argument");
    expect(seen).toEqual([]);
  },
);

test("numbers take the longest value there is, in one pass", () => {
  expect(fillUrl("$1 $10 $2", ["a", "$1"])).toBe("a a0 %241");
  expect(
    fillUrl(
      "$10",
      Array.from({ length: 10 }, (_, index) => `v${index + 1}`),
    ),
  ).toBe("v10");
  expect(fillUrl("$3 $x $", ["a"])).toBe("$3 $x $");
});

const direct = (url: string, more: Partial<HttpRequest> = {}, dns: Dns = createDns()) => {
  const http = createHttp({ dns });
  return http
    .fetch({
      url,
      method: "GET",
      headers: [],
      body: null,
      timeoutSeconds: 3,
      connectSeconds: 2,
      verifyPeer: true,
      redirects: 3,
      maximumBytes: 1e6,
      allowPrivate: [],
      resolvers: [],
      ...more,
    })
    .finally(() => http.close());
};

test.each([
  "http://127.0.0.1:PORT/ok",
  "http://127.1:PORT/ok",
  "http://0x7f.1:PORT/ok",
  "http://2130706433:PORT/ok",
  "http://017700000001:PORT/ok",
  "http://0:PORT/ok",
  "http://localhost:PORT/ok",
  "http://LOCALHOST.:PORT/ok",
  "http://[::1]:PORT/ok",
  "http://[::ffff:127.0.0.1]:PORT/ok",
  "http://[::ffff:7f00:1]:PORT/ok",
  "http://[64:ff9b::7f00:1]:PORT/ok",
  "http://[2002:7f00:1::]:PORT/ok",
  "http://①②⑦.0.0.1:PORT/ok",
  "http://user:pass@127.0.0.1:PORT/ok",
  "http://169.254.169.254/latest/meta-data",
  "http://10.0.0.1/",
  "http://100.64.0.1/",
  "http://192.168.0.1/",
  "http://[fe80::1]/",
  "http://[fc00::1]/",
  "http://224.0.0.1/",
  "http://255.255.255.255/",
  "file:///etc/passwd",
  "ftp://127.0.0.1/",
  "gopher://127.0.0.1/",
  "http:///ok",
  "//127.0.0.1/ok",
])("does not reach %s", async (url) => {
  seen.length = 0;
  expect(await direct(url.replace("PORT", String(port)))).toMatchObject({ kind: "error" });
  expect(seen).toEqual([]);
});

test("a name that points inside is refused, and one that changes its mind is held to its first answer", async () => {
  const answers = ["127.0.0.1", "127.0.0.2"];
  const rebinding: Dns = {
    clear: () => {},
    query: async (_name, type) =>
      type === "A"
        ? { kind: "answers", authentic: false, records: [{ type: "A", address: answers[0] ?? "" }] }
        : { kind: "none", reason: "NODATA", authentic: false },
  };
  seen.length = 0;
  const ask = (more: Partial<HttpRequest> = {}) =>
    direct(
      `http://rebind.test:${port}/ok`,
      { resolvers: ["192.0.2.53"], timeoutSeconds: 0.5, allowPrivate: ["127.0.0.2/32"], ...more },
      rebinding,
    );
  expect(await ask()).toMatchObject({ kind: "error", text: expect.stringContaining("127.0.0.1") });
  answers.reverse();
  expect(await ask()).toMatchObject({ kind: "error" }); // goes to the address that was checked, where nobody listens
  expect(seen).toEqual([]);
  answers.reverse();
  expect(await ask({ allowPrivate: ["rebind.test"] })).toMatchObject({
    kind: "answer",
    status: 200,
  });
});

test("a name with one private address among public ones is refused", async () => {
  const mixed: Dns = {
    clear: () => {},
    query: async () => ({
      kind: "answers",
      authentic: false,
      records: [
        { type: "A", address: "127.0.0.2" },
        { type: "A", address: "10.1.2.3" },
      ],
    }),
  };
  expect(
    await direct(
      "http://mixed.test/",
      { resolvers: ["192.0.2.53"], allowPrivate: ["127.0.0.2/32"] },
      mixed,
    ),
  ).toMatchObject({
    kind: "error",
    text: expect.stringContaining("10.1.2.3"),
  });
});

test("each redirect is checked, they end, and none is followed unless asked", async () => {
  const allowPrivate = ["127.0.0.1/32"];
  const base = `http://127.0.0.1:${port}`;
  expect(await direct(`${base}/metadata`, { allowPrivate })).toMatchObject({
    kind: "error",
    text: expect.stringContaining("169.254.169.254"),
  });
  expect(await direct(`${base}/file`, { allowPrivate })).toMatchObject({ kind: "error" });
  expect(await direct(`${base}/loop`, { allowPrivate })).toMatchObject({
    kind: "error",
    text: "The server redirects too often.",
  });
  expect(await direct(`${base}/loop`, { allowPrivate, redirects: 0 })).toMatchObject({
    kind: "answer",
    status: 302,
  });
  seen.length = 0;
  const away = await direct(`${base}/away`, {
    allowPrivate: [...allowPrivate, "localhost"],
    headers: [
      ["Authorization", "Basic x"],
      ["Cookie", "a=b"],
      ["X-Kept", "1"],
    ],
  });
  expect(away).toMatchObject({ kind: "answer", status: 200 });
  expect(seen[1]?.headers).toMatchObject({ "x-kept": "1" });
  expect(seen[1]?.headers).not.toHaveProperty("authorization");
  expect(seen[1]?.headers).not.toHaveProperty("cookie");
});

test.each([
  ["8.8.8.8", true],
  ["2606:4700::1111", true],
  ["127.0.0.1", false],
  ["0.0.0.0", false],
  ["172.16.0.1", false],
  ["192.0.2.1", false],
  ["198.18.0.1", false],
  ["::", false],
  ["::ffff:8.8.8.8", true],
  ["fec0::1", false],
  ["2001:db8::1", false],
  ["nonsense", false],
])("%s is public: %s", (address, expected) => {
  expect(isAllowed(address, [])).toBe(expected);
});

test("in the background the script goes on at once, and requests of one word keep their order", async () => {
  const flows = createTestFlows({
    settings: {
      gateway: { httpAllowPrivate: ["127.0.0.0/8"] },
      flows: {
        f: scriptFlow(
          "recipient",
          `$o = ["background" => true, "background_hash" => "x"];
           foreach ([1, 2, 3] as $n) echo http("http://127.0.0.1:${port}/order/$1", $o, [$n]) === "";
           http("http://127.0.0.1:${port}/missing?pass=$1", ["background" => true], [7]);`,
        ),
      },
    },
  });
  const before = seen.length;
  await flows.recipient("f", "bob@example.org");
  expect(flows.echoed()).toEqual(["1", "1", "1"]);
  await flows.services.requests.idle();
  const urls = seen.slice(before).map(({ url }) => url);
  expect(urls.filter((url) => url.startsWith("/order"))).toEqual([
    "/order/1",
    "/order/2",
    "/order/3",
  ]);
  expect(urls).toContain("/missing?pass=7");
  expect(flows.log).toContain("warn http in the background: the answer was 404");
});

test("a proxy is refused, and a source address is used", async () => {
  const ask = async (options: string): Promise<string> => {
    const flows = createTestFlows({
      settings: {
        gateway: { httpAllowPrivate: ["127.0.0.0/8"] },
        flows: {
          f: scriptFlow("recipient", `echo http("http://127.0.0.1:${port}/ok", [${options}]);`),
        },
      },
    });
    const { trace } = await flows.recipient("f", "bob@example.org");
    return trace?.error?.message ?? flows.echoed().join();
  };
  expect(await ask('"proxy" => "http://192.0.2.1:3128"')).toContain("never by a proxy");
  expect(await ask('"sourceip" => "127.0.0.9"')).toBe("OK");
  expect(await ask('"sourceip" => "192.0.2.99"')).toBe("");
  expect(await ask('"sourceip" => "here"')).toContain("no address");
});
