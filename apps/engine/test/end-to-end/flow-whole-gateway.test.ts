/** The whole product: flows judge mail from the wire, history tells why, quarantine gives it back. */
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { type Sink, startSink } from "../support/sink.ts";

let gateway: Gateway;
let sink: Sink;
let direct: number;
let later: number;

const flow = (kind: string, source: string): string =>
  JSON.stringify({
    kind,
    title: kind,
    entry: "script",
    nodes: { script: { block: "script", version: 1, config: { source } } },
  });
const content = `// Judge
if (GetHeader("Subject") == "hold") Quarantine("mailquarantine:spam", none, none, ["reject" => false, "reason" => "held for the test"]);
if (GetHeader("Subject") == "refuse") Reject("We do not want this");
echo "passing " . GetHeader("Subject");
AddHeader("X-Judged", "yes");`;
const recipient = `if ($recipientlocalpart == "nobody") Reject("No such user");
Accept();`;

beforeAll(async () => {
  sink = await startSink();
  direct = await freePort();
  later = await freePort();
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
  const domain = "transport: sink\nrecipientFlow: rcpt\ncontentFlow: judge\n";
  await gateway.apply({
    "listeners/direct.yaml": `address: 127.0.0.1\nport: ${direct}\n`,
    "listeners/later.yaml": `address: 127.0.0.1\nport: ${later}\ndirectProcessing: false\n`,
    "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\n`,
    "quarantines/spam.yaml": "title: Spam\n",
    "domains/example.test.yaml": domain,
    "flows/content/judge.yaml": flow("content", content),
    "flows/recipient/rcpt.yaml": flow("recipient", recipient),
  });
});
afterAll(async () => {
  await gateway.stop();
  await sink.close();
});

const send = async (port: number, subject: string, to = "bob@example.test"): Promise<string> => {
  const transport = createTransport({
    host: "127.0.0.1",
    port,
    secure: false,
    ignoreTLS: true,
    allowInternalNetworkInterfaces: true,
  } as object);
  return transport.sendMail({ from: "ann@client.test", to, subject, text: "hello" }).then(
    ({ response }) => response,
    (error: { response?: string }) => error.response ?? String(error),
  );
};
const history = async (query: string) => {
  for (let attempt = 0; ; attempt++) {
    const { stdout, stderr } = await gateway.cli(["history", query, "--json"]);
    if (stdout === "") throw new Error(stderr);
    const { rows } = JSON.parse(stdout);
    if (rows.length > 0 || attempt > 50) return rows;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

const logged = async (text: string): Promise<string> => {
  for (let attempt = 0; ; attempt++) {
    const { stdout } = await gateway.cli(["log", `"${text}"`]);
    if (stdout !== "" || attempt > 50) return stdout;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

test("a recipient flow refuses, and history names the block and the reply", async () => {
  expect(await send(direct, "x", "nobody@example.test")).toMatch(/^550 .*No such user/);
  expect((await history("to:nobody@example.test"))[0]).toMatchObject({
    outcome: "rejected",
    stage: "rcpt",
    flow: "rcpt",
  });
});

test.each(["direct", "later"] as const)(
  "a content flow changes, refuses and holds (%s processing)",
  async (listener) => {
    const port = listener === "direct" ? direct : later;
    expect(await send(port, `hello ${listener}`)).toMatch(/^250/);
    await sink.until((messages) =>
      messages.some(
        ({ bytes }) =>
          bytes.includes(`Subject: hello ${listener}`) && bytes.includes("X-Judged: yes"),
      ),
    );
    const written = `passing hello ${listener}`;
    expect(await logged(written)).toContain(written);

    const refused = await send(port, "refuse");
    if (listener === "direct") expect(refused).toMatch(/^550 .*We do not want this/);
    const [row] = await history(`outcome:rejected subject:refuse listener:${listener}`);
    expect(row).toMatchObject({ outcome: "rejected" });
  },
);

test("what was held can be let go, once", async () => {
  expect(await send(direct, "hold")).toMatch(/^250/);
  expect((await history("outcome:quarantined subject:hold"))[0]).toBeDefined();
  const listed = JSON.parse((await gateway.cli(["quarantine", "list", "--json"])).stdout);
  expect(listed.rows[0]).toMatchObject({
    subject: "hold",
    reason: "held for the test",
    quarantine: "spam",
  });
  const { id, messageId } = listed.rows[0];
  expect((await gateway.cli(["quarantine", "release", id])).code).toBe(0);
  await sink.until((messages) => messages.some(({ bytes }) => bytes.includes("Subject: hold")));
  await gateway.cli(["quarantine", "release", id]);
  expect((await history(`id:${messageId} outcome:delivered`))[0]).toMatchObject({
    outcome: "delivered",
  });
  expect(sink.messages.filter(({ bytes }) => bytes.includes("Subject: hold"))).toHaveLength(1);
});
