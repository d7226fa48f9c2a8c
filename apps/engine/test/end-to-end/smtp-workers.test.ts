/** Listeners of the whole product: several workers share a port, and a change of settings reaches them all. */
import { createServer } from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificate } from "../support/certificate.ts";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { until } from "../support/listener.ts";
import { SmtpClient } from "../support/smtp-client.ts";

const certificate = makeCertificate(["one.example"]);
let gateway: Gateway;
let port: number;

beforeAll(async () => {
  port = await freePort();
  process.env["SLUICE_KEY_OF_WORKERS"] = certificate.privateKey;
  gateway = await createGateway({ workers: 2 });
  await gateway.start();
});

afterAll(async () => {
  delete process.env["SLUICE_KEY_OF_WORKERS"];
  await gateway.stop();
});

const listener = (address: string, hostName: string): string =>
  `address: ${address}\nport: ${port}\nhostName: ${hostName}\n`;

const greetingOf = async (host: string, at = port): Promise<string> => {
  const client = new SmtpClient(at, { host });
  const reply = await client.reply();
  client.end();
  return reply ?? "";
};

/** Both workers answer as wanted: twenty connections in a row do. */
const settled = async (host: string, wanted: RegExp, at = port): Promise<void> => {
  let inRow = 0;
  const deadline = performance.now() + 30_000;
  while (inRow < 20) {
    inRow = wanted.test(await greetingOf(host, at)) ? inRow + 1 : 0;
    if (performance.now() > deadline) throw new Error(`${host} never settled on ${wanted}`);
  }
};

test("ready is said when every worker has opened its ports, not before", async () => {
  const { stdout } = await gateway.cli(["status", "--json"]);
  const { listeners } = JSON.parse(stdout);
  expect(new Set(listeners.map(({ worker }: { worker: string }) => worker)).size).toBe(2);
});

test("one address, then every address, then one again: no worker is left behind", async () => {
  const one = listener("127.0.0.1", "one.example");
  await gateway.apply({ "listeners/one.yaml": one });
  await settled("127.0.0.1", /one\.example/);
  await gateway.apply({
    "listeners/one.yaml": one,
    "listeners/all.yaml": listener("any", "all.example"),
  });
  await settled("127.0.0.1", /one\.example/);
  await settled("127.0.0.2", /all\.example/);
  const kept = new SmtpClient(port, { host: "127.0.0.2" });
  expect(await kept.reply()).toContain("all.example");
  await gateway.apply({
    "listeners/one.yaml": one,
    "listeners/all.yaml": `${listener("any", "all.example")}enabled: false\n`,
  });
  await settled("127.0.0.2", /^$/);
  await settled("127.0.0.1", /one\.example/);
  expect(await kept.say("EHLO client.example")).toMatch(/^250-all\.example/); // who was there stays
  kept.end();
  expect(gateway.output()).not.toMatch(/ended/);
});

test("a verdict that workers remember ends with the revision that gave it, at every worker", async () => {
  const files = (nodes: string) => ({
    "listeners/one.yaml": `${listener("127.0.0.1", "one.example")}ipPolicyFlow: policy\n`,
    "flows/ip-policy/policy.yaml": `kind: ip-policy\ntitle: policy\nentry: first\nnodes:\n  first: ${nodes}\n`,
  });
  await gateway.apply(
    files("{ block: block, version: 1, config: { reply: never, seconds: 3600 } }"),
  );
  await settled("127.0.0.1", /^5\d\d /);
  await gateway.apply(
    files("{ block: block, version: 1, config: { reply: later, seconds: 3600 } }"),
  );
  for (let client = 0; client < 20; client++)
    expect(await greetingOf("127.0.0.1")).toMatch(/^4\d\d /);
  await gateway.apply({ "listeners/one.yaml": listener("127.0.0.1", "one.example") });
  await settled("127.0.0.1", /^220 one\.example/);
});

test("limits hold for the gateway, whichever worker takes a connection", async () => {
  await gateway.apply({
    "listeners/one.yaml": `${listener("127.0.0.1", "one.example")}maximumConnectionsPerClient: 3\n`,
  });
  const kept: SmtpClient[] = [];
  for (let index = 0; index < 3; index++) {
    const client = new SmtpClient(port);
    expect(await client.reply()).toMatch(/^220/);
    kept.push(client);
  }
  for (let index = 0; index < 20; index++) {
    expect(await greetingOf("127.0.0.1")).toMatch(/^421 4\.7\.0 Too many connections/);
  }
  kept.pop()?.end();
  // one place only: a client that is quicker than the end of its last connection finds none yet
  while (!/^220 one\.example/.test(await greetingOf("127.0.0.1")));
  for (const client of kept) client.end();
});

test("the list of listeners tells how many clients are there, over all workers", async () => {
  await gateway.apply({ "listeners/one.yaml": listener("127.0.0.1", "one.example") }); // no limit
  const clients = Array.from({ length: 3 }, () => new SmtpClient(port));
  for (const client of clients) expect(await client.reply()).toMatch(/^220/);
  const connected = async (): Promise<number> => {
    const { stdout } = await gateway.cli(["status", "--json"]);
    const own = JSON.parse(stdout).listeners.filter(
      ({ listener: id }: { listener: string }) => id === "one",
    );
    return own.reduce((sum: number, one: { connections: number }) => sum + one.connections, 0);
  };
  while ((await connected()) !== 3); // workers tell it every five seconds
  for (const client of clients) client.end();
  while ((await connected()) !== 0);
});

test("guesses are counted for the gateway, whichever worker hears them", async () => {
  await gateway.apply({
    "flows/authentication/nobody.yaml":
      'kind: authentication\ntitle: Nobody\nentry: no\nnodes:\n  no: { block: reject, version: 1, config: { text: "Wrong" } }\n',
    "listeners/one.yaml": `${listener("127.0.0.1", "one.example")}authenticationFlow: nobody\nauthenticationNeedsTls: false\n`,
  });
  const guess = async (): Promise<string> => {
    const client = new SmtpClient(port);
    await client.reply();
    await client.say("EHLO client.example");
    const reply = await client.say(`AUTH PLAIN ${btoa("\0anna\0wrong")}`);
    client.end();
    return reply?.slice(0, 3) ?? "";
  };
  const replies = await Promise.all(Array.from({ length: 24 }, guess));
  expect(replies.filter((reply) => reply === "535")).toHaveLength(10); // of both workers together
  expect(replies.filter((reply) => reply === "454")).toHaveLength(14);
});

test("a TLS session is resumed whichever worker is met", async () => {
  await gateway.apply({
    "certificates/one.yaml": `certificate: |\n${certificate.certificate.replace(/^/gm, "  ").trimEnd()}\nprivateKey: { secret: env SLUICE_KEY_OF_WORKERS }\n`,
    "listeners/one.yaml": `${listener("127.0.0.1", "one.example")}tls: { mode: implicit, certificates: [one] }\n`,
  });
  let session: Buffer | undefined;
  const isResumed = async (): Promise<boolean> => {
    const socket = tls.connect({
      port,
      host: "127.0.0.1",
      servername: "one.example",
      rejectUnauthorized: false,
      ...(session === undefined ? {} : { session }),
    });
    const ticket = new Promise<Buffer>((resolve) => socket.once("session", resolve));
    await new Promise((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
    });
    session ??= await ticket;
    const answer = socket.isSessionReused();
    socket.destroy();
    return answer;
  };
  expect(await isResumed()).toBe(false);
  for (let index = 0; index < 20; index++) expect(await isResumed()).toBe(true);
  await gateway.apply({ "listeners/one.yaml": listener("127.0.0.1", "one.example") });
});

test("a port that another program has is tried until it is free, and no worker dies of it", async () => {
  const squatter = createServer();
  const taken = await freePort();
  await new Promise<void>((resolve) => squatter.listen(taken, "127.0.0.1", resolve));
  const late = `address: 127.0.0.1\nport: ${taken}\nhostName: late.example\n`;
  await gateway.apply({ "listeners/late.yaml": late });
  const wanted = performance.now() + 5000; // some tries of each worker
  while (performance.now() < wanted) {
    expect(await greetingOf("127.0.0.1")).toMatch(/one\.example/); // the others are served meanwhile
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await new Promise((resolve) => squatter.close(resolve));
  await settled("127.0.0.1", /late\.example/, taken);
  expect(gateway.output()).not.toMatch(/ended/);
});

test("stopping the gateway says 421 to idle clients and leaves the port free", async () => {
  const client = new SmtpClient(port, { host: "127.0.0.1" });
  await client.reply();
  const stopping = gateway.stop();
  expect(await client.reply()).toMatch(/^421 4\.3\.2/);
  await stopping;
  let isRefused = false;
  const late = new SmtpClient(port, { host: "127.0.0.1" });
  late.socket.once("error", () => {
    isRefused = true;
  });
  await until(() => isRefused);
});
