/** What a sender hears after the flows have spoken, and what is kept of the message. */
import { afterEach, expect, test } from "vitest";
import { GatewayError } from "../../src/errors.ts";
import type { ContentInput, FlowRunner, Ran } from "../../src/flows/flow-input.ts";
import type { FlowTrace } from "../../src/flows/trace.ts";
import type { ContentAction, ContentVerdict } from "../../src/flows/verdict.ts";
import { fakeFlow, type ListenerUnderTest, startListener, until } from "../support/listener.ts";
import { greeted, SmtpClient } from "../support/smtp-client.ts";

let listener: ListenerUnderTest | null = null;

afterEach(async () => {
  await listener?.close();
  listener = null;
});

const deliver = (recipient: string): ContentAction => ({
  kind: "deliver",
  recipient,
  delaySeconds: 0,
  metadata: {},
});
const hold = (recipient: string, reject = false): ContentAction => ({
  kind: "quarantine",
  quarantine: "spam",
  recipient,
  reason: "looks like spam",
  reject,
});

const traceOf = (flow: string): FlowTrace => ({
  flow,
  kind: "content",
  revision: 1,
  recipient: null,
  steps: [
    {
      node: "last",
      title: "Last",
      outcome: null,
      startMicroseconds: 0,
      microseconds: 1,
      lookups: [],
      log: [],
    },
  ],
  ending: "Deliver()",
  error: null,
  microseconds: 1,
});

/** The local part says what the flow does with the recipient. */
const verdictFor = ({ recipient }: ContentInput): ContentVerdict => {
  const word = recipient.slice(0, recipient.indexOf("@"));
  const accept = { kind: "accept" } as const;
  switch (word) {
    case "reject":
      return { answer: { kind: "reject", text: "No spam" }, actions: [], header: null };
    case "defer":
      return { answer: { kind: "defer", text: "Scanner is down" }, actions: [], header: null };
    case "hold":
      return { answer: accept, actions: [hold(recipient)], header: null };
    case "refusedhold":
      return {
        answer: { kind: "reject", text: "Held" },
        actions: [hold(recipient, true)],
        header: null,
      };
    case "delete":
      return { answer: accept, actions: [{ kind: "delete" }], header: null };
    case "copy":
      return {
        answer: accept,
        actions: [deliver("archive@example.test"), deliver(recipient)],
        header: null,
      };
    case "thanks":
      return {
        answer: {
          kind: "accept",
          reply: { code: 251, status: "2.6.0", text: "Thank\nyou", disconnect: true },
        },
        actions: [deliver(recipient)],
        header: null,
      };
    case "tag":
      return {
        answer: accept,
        actions: [deliver(recipient)],
        header: Buffer.from("Subject: [tag] x\r\n\r\n"),
      };
    default:
      return { answer: accept, actions: [deliver(recipient)], header: null };
  }
};

const start = async (
  options: { listener?: object; domain?: object; runner?: Partial<FlowRunner> } = {},
): Promise<ListenerUnderTest> => {
  listener = await startListener({
    flows: [
      fakeFlow("shared", "content"),
      fakeFlow("each", "content", true),
      fakeFlow("other", "content"),
      fakeFlow("policy", "ip-policy"),
      fakeFlow("recipients", "recipient"),
    ],
    runner: {
      content: (flow, input) => ({
        verdict: verdictFor(input),
        trace: flow === null ? null : traceOf(flow.id),
      }),
      ...options.runner,
    },
    settings: (port) => ({
      listeners: { inbound: { address: "127.0.0.1", port, ...options.listener } },
      transports: { next: { destination: "127.0.0.1:1" }, second: { destination: "127.0.0.1:2" } },
      quarantines: { spam: { title: "Spam", retentionDays: 7 } },
      domains: {
        "example.test": { transport: "next", contentFlow: "shared", ...options.domain },
        "other.test": { transport: "second", contentFlow: "other", ...options.domain },
        "each.test": { transport: "next", contentFlow: "each", ...options.domain },
        "gone.test": { transport: "next", contentFlow: "missing" },
        "goner.test": { transport: "next", recipientFlow: "missing" },
      },
    }),
  });
  return listener;
};

const id = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

/** The replies to each RCPT, then those after the final dot. */
const send = async (
  port: number,
  recipients: readonly string[],
  count = 1,
  hello = "EHLO",
): Promise<{ rcpt: (string | null)[]; data: (string | null)[] }> => {
  const client = new SmtpClient(port);
  await client.reply();
  await client.sayAll(`${hello} client.example`, "MAIL FROM:<a@client.example>");
  const rcpt = await client.sayAll(...recipients.map((one) => `RCPT TO:<${one}>`));
  const data = [await client.say("DATA")];
  if (data[0]?.startsWith("354") === true) {
    data.pop();
    client.send("Subject: x\r\n\r\nbody\r\n.\r\n");
    for (let index = 0; index < count; index++) data.push(await client.reply());
  }
  client.end();
  return { rcpt, data };
};

test("the receipt names the message, and history has it under that name", async () => {
  const { port, messages, records } = await start();
  const { data } = await send(port, ["user@example.test"]);
  expect(data[0]).toMatch(new RegExp(`^250 2\\.0\\.0 ${id} accepted$`));
  const messageId = data[0]?.split(" ")[2];
  expect(messages[0]?.acceptance.messageId).toBe(messageId);
  expect(messages[0]?.bodies[0]).toContain(`id ${messageId}`);
  await until(() => records.length === 1);
  expect(records[0]).toMatchObject({
    messageId,
    outcome: "queued",
    stage: "data",
    flow: "shared",
    node: "last",
    sender: "a@client.example",
    recipients: ["user@example.test"],
    subject: "x",
    reply: data[0],
  });
  expect(records[0]?.events.map(({ kind }) => kind)).toEqual([
    "connected",
    "sender-accepted",
    "recipient-accepted",
    "message-accepted",
  ]);
});

test("a flow says how a message is accepted, and that the connection ends then", async () => {
  const { port, records } = await start();
  const client = new SmtpClient(port);
  await client.reply();
  await client.sayAll("EHLO client.example", "MAIL FROM:<a@client.example>");
  await client.sayAll("RCPT TO:<thanks@example.test>", "DATA");
  client.send("Subject: x\r\n\r\nbody\r\n.\r\nNOOP\r\n");
  expect(await client.reply()).toMatch(
    new RegExp(`^251-2\\.6\\.0 Thank\\r?\\n251 2\\.6\\.0 you \\(${id}\\)$`),
  );
  expect(await client.reply()).toBeNull();
  await until(() => records.length === 1);
  expect(records[0]).toMatchObject({ outcome: "queued" });
  expect(records[0]?.events.map(({ kind }) => kind)).not.toContain("disconnected");
});

test("in LMTP each recipient has its own words, and the connection ends after all of them", async () => {
  const { port } = await start({ listener: { protocol: "lmtp" } });
  const client = new SmtpClient(port);
  await client.reply();
  await client.sayAll("LHLO client.example", "MAIL FROM:<a@client.example>");
  const recipients = ["thanks@each.test", "reject@each.test", "user@each.test"];
  await client.sayAll(...recipients.map((one) => `RCPT TO:<${one}>`), "DATA");
  client.send("Subject: x\r\n\r\nbody\r\n.\r\n");
  expect(await client.reply()).toMatch(/^251-2\.6\.0 Thank/);
  expect(await client.reply()).toMatch(/^550 5\.7\.1 No spam/);
  expect(await client.reply()).toMatch(new RegExp(`^250 2\\.0\\.0 ${id} accepted$`));
  expect(await client.reply()).toBeNull();
});

test("a refused recipient hears the flow's words and the message id; the record tells which flow", async () => {
  const { port, records } = await start({
    domain: { recipientFlow: "recipients" },
    runner: {
      recipient: () => ({
        verdict: { kind: "reject", text: "No such user" },
        trace: { ...traceOf("recipients"), kind: "recipient" },
      }),
    },
  });
  const { rcpt, data } = await send(port, ["nobody@example.test"]);
  expect(rcpt[0]).toMatch(new RegExp(`^550 5\\.7\\.1 No such user \\(${id}\\)$`));
  expect(data[0]).toMatch(/^554/);
  await until(() => records.length === 1);
  expect(records[0]).toMatchObject({
    outcome: "rejected",
    stage: "rcpt",
    flow: "recipients",
    recipients: ["nobody@example.test"],
    reply: rcpt[0],
  });
  expect(rcpt[0]).toContain(records[0]?.messageId);
});

test.each([
  ["reject@example.test", `550 5\\.7\\.1 No spam \\(${id}\\)`, "rejected", 0],
  ["defer@example.test", `451 4\\.7\\.1 Scanner is down \\(${id}\\)`, "deferred", 0],
  ["hold@example.test", `250 2\\.0\\.0 ${id} accepted`, "quarantined", 1],
  ["refusedhold@example.test", `550 5\\.7\\.1 Held \\(${id}\\)`, "quarantined", 1],
  ["delete@example.test", `250 2\\.0\\.0 ${id} accepted`, "deleted", 1],
])("%s ends as it should", async (recipient, reply, outcome, stored) => {
  const { port, messages, records } = await start();
  const { data } = await send(port, [recipient]);
  expect(data[0]).toMatch(new RegExp(`^${reply}$`));
  await until(() => records.length === 1);
  expect(records[0]?.outcome).toBe(outcome);
  expect(messages).toHaveLength(stored);
  const body = messages[0]?.acceptance.bodies[0];
  expect(body?.held.length ?? 0).toBe(outcome === "quarantined" ? 1 : 0);
  expect(body?.entries ?? []).toEqual([]);
  if (outcome === "quarantined") {
    expect(body?.held[0]).toMatchObject({
      quarantine: "spam",
      recipient,
      retentionDays: 7,
      flow: "shared",
      node: "last",
    });
  }
});

test("recipients with a flow that looks at them, or with other flows, are asked to come apart", async () => {
  const { port, messages } = await start();
  const { rcpt } = await send(port, ["one@each.test", "two@each.test", "three@other.test"]);
  expect(rcpt.map((one) => one?.slice(0, 9))).toEqual(["250 2.1.5", "452 4.5.3", "452 4.5.3"]);
  const together = await send(port, ["one@example.test", "two@example.test", "three@other.test"]);
  expect(together.rcpt.map((one) => one?.slice(0, 9))).toEqual([
    "250 2.1.5",
    "250 2.1.5",
    "452 4.5.3",
  ]);
  expect(messages).toHaveLength(2);
});

test("one recipient that splits is enough: a domain that merges does not speak for another", async () => {
  const first = await start();
  first.change({
    listeners: { inbound: { address: "127.0.0.1", port: first.port } },
    transports: { next: { destination: "127.0.0.1:1" } },
    domains: {
      "split.test": { transport: "next", contentFlow: "each" },
      "merge.test": { transport: "next", contentFlow: "each", oneReply: "merge" },
    },
  });
  await until(() => first.status()[0]?.state === "listening");
  const { rcpt } = await send(first.port, ["a@split.test", "b@merge.test"]);
  expect(rcpt.map((one) => one?.slice(0, 3))).toEqual(["250", "452"]);
});

test.each([
  [["user", "reject", "defer", "hold"], "550"],
  [["user", "defer", "hold"], "451"],
  [["delete", "hold", "user"], "250"],
])("merged, %j have the one reply %s", async (words, code) => {
  const { port, messages } = await start({ domain: { oneReply: "merge" } });
  const { rcpt, data } = await send(
    port,
    words.map((word) => `${word}@each.test`),
  );
  expect(rcpt.every((one) => one?.startsWith("250"))).toBe(true);
  expect(data[0]?.slice(0, 3)).toBe(code);
  // nothing is delivered for anyone before the whole message has its reply
  expect(messages).toHaveLength(code === "250" ? 1 : 0);
  if (code !== "250") return;
  const body = messages[0]?.acceptance.bodies[0];
  expect(body?.entries.map(({ recipient }) => recipient)).toEqual(["user@each.test"]);
  expect(body?.held.map(({ recipient }) => recipient)).toEqual(["hold@each.test"]);
});

test("a shared verdict delivers to each of its recipients, by the transport of each", async () => {
  const { port, messages } = await start({ domain: { oneReply: "merge", contentFlow: "shared" } });
  await send(port, ["one@example.test", "two@example.test", "three@other.test"]);
  expect(messages[0]?.acceptance.bodies).toHaveLength(1);
  expect(
    messages[0]?.acceptance.bodies[0]?.entries.map(({ recipient, transport, domain }) => [
      recipient,
      transport,
      domain,
    ]),
  ).toEqual([
    ["one@example.test", "next", "example.test"],
    ["two@example.test", "next", "example.test"],
    ["three@other.test", "second", "other.test"],
  ]);
});

test("a copy goes to the archive once, however many recipients share the verdict", async () => {
  const { port, messages } = await start();
  await send(port, ["copy@example.test", "two@example.test"]);
  expect(
    messages[0]?.acceptance.bodies[0]?.entries.map(({ recipient }) => recipient).sort(),
  ).toEqual(["archive@example.test", "copy@example.test", "two@example.test"]);
});

test("bodies that differ are stored apart, those alike once; the Received field is the first line of each", async () => {
  const { port, messages } = await start({ domain: { oneReply: "merge" } });
  await send(port, ["one@each.test", "tag@each.test", "two@each.test"]);
  const [message] = messages;
  expect(
    message?.acceptance.bodies.map(({ entries }) => entries.map(({ recipient }) => recipient)),
  ).toEqual([["one@each.test", "two@each.test"], ["tag@each.test"]]);
  expect(message?.bodies[0]).toMatch(/^Received: [\s\S]*\r\nSubject: x\r\n\r\nbody\r\n$/);
  expect(message?.bodies[1]).toMatch(/^Received: [\s\S]*\r\nSubject: \[tag\] x\r\n\r\nbody\r\n$/);
});

test("without direct processing the message waits for its flow, and no flow was asked", async () => {
  const asked: string[] = [];
  const { port, messages, records } = await start({
    listener: { directProcessing: false },
    runner: {
      content: (_flow, input): Ran<ContentVerdict> => {
        asked.push(input.recipient);
        return { verdict: verdictFor(input), trace: null };
      },
    },
  });
  const { rcpt, data } = await send(port, [
    "one@each.test",
    "reject@each.test",
    "three@other.test",
  ]);
  expect(rcpt.every((one) => one?.startsWith("250"))).toBe(true);
  expect(data[0]).toMatch(/^250/);
  expect(asked).toEqual([]);
  expect(messages[0]?.acceptance.bodies[0]?.entries.map(({ queue }) => queue)).toEqual([
    "incoming",
    "incoming",
    "incoming",
  ]);
  await until(() => records.length === 1);
  expect(records[0]?.outcome).toBe("incoming");
});

test("LMTP has a reply for each recipient, in order, and takes what it can", async () => {
  const { port, messages, records } = await start({ listener: { protocol: "lmtp" } });
  const words = ["user", "reject", "defer", "hold", "refusedhold"];
  const { rcpt, data } = await send(
    port,
    words.map((word) => `${word}@each.test`),
    words.length,
    "LHLO",
  );
  expect(rcpt.every((one) => one?.startsWith("250"))).toBe(true);
  expect(data.map((one) => one?.slice(0, 3))).toEqual(["250", "550", "451", "250", "550"]);
  const body = messages[0]?.acceptance.bodies[0];
  expect(body?.entries.map(({ recipient }) => recipient)).toEqual(["user@each.test"]);
  expect(body?.held.map(({ recipient }) => recipient)).toEqual([
    "hold@each.test",
    "refusedhold@each.test",
  ]);
  expect(messages[0]?.bodies[0]).toContain("with LMTP");
  await until(() => records.length === 1);
  expect(records[0]?.outcome).toBe("mixed");
});

test("LMTP knows no EHLO, SMTP no LHLO", async () => {
  const { port } = await start({ listener: { protocol: "lmtp" } });
  const client = new SmtpClient(port);
  expect(await client.reply()).toMatch(/LMTP$/);
  expect(await client.say("EHLO client.example")).toMatch(/^500/);
  expect(await client.say("LHLO client.example")).toMatch(/^250-/);
  client.end();
});

test.each([
  ["STORAGE_FULL", "452 4\\.3\\.1"],
  ["STORAGE_UNREACHABLE", "451 4\\.3\\.0"],
  ["STORAGE_UNSURE", "451 4\\.3\\.0"],
] as const)("%s means no 250", async (code, reply) => {
  const { port, messages, records, storage } = await start();
  storage.error = new GatewayError(code, "no");
  const { data } = await send(port, ["user@example.test"]);
  expect(data[0]).toMatch(new RegExp(`^${reply} .*\\(${id}\\)$`));
  expect(messages).toHaveLength(0);
  await until(() => records.length === 1);
  expect(records[0]).toMatchObject({ outcome: "deferred", reply: data[0] });
  expect(records[0]?.events.filter(({ kind }) => kind === "message-accepted")).toEqual([]);
});

test("a flow that breaks, or that is named and not there, defers and never accepts", async () => {
  const { port, messages, log } = await start({
    runner: {
      content: () => {
        throw new Error("a bug");
      },
    },
  });
  expect((await send(port, ["user@example.test"])).data[0]).toMatch(/^451 4\.3\.0/);
  expect(log.join()).toContain("a bug");
  expect((await send(port, ["user@gone.test"])).data[0]).toMatch(/^451 4\.7\.1/);
  expect((await send(port, ["user@goner.test"])).rcpt[0]).toMatch(/^450 4\.7\.1/);
  expect(messages).toHaveLength(0);
});

test("a recipient flow may rewrite sender, recipient and transport", async () => {
  const { port, messages } = await start({
    domain: { recipientFlow: "recipients" },
    runner: {
      recipient: () => ({
        verdict: {
          kind: "accept",
          sender: "new@client.example",
          recipient: "real@example.test",
          transport: "second",
        },
        trace: null,
      }),
    },
  });
  await send(port, ["user@example.test"]);
  expect(messages[0]?.acceptance.bodies[0]?.entries[0]).toMatchObject({
    sender: "new@client.example",
    recipient: "real@example.test",
    transport: "second",
  });
  expect(messages[0]?.acceptance.history.recipients).toEqual(["user@example.test"]);
});

test("a mailbox that is named twice has one copy, however its domain is written", async () => {
  const { port, messages } = await start();
  const { rcpt } = await send(port, [
    "user@example.test",
    "user@example.test",
    "user@EXAMPLE.test",
    '"user"@Example.Test',
    "User@example.test", // the local part is opaque: another mailbox
    "user@example\xef\xbc\x8etest", // the same in letters that need SMTPUTF8
  ]);
  expect(rcpt.map((one) => one?.slice(0, 3))).toEqual(["250", "250", "250", "250", "250", "553"]);
  const entries = messages[0]?.acceptance.bodies[0]?.entries ?? [];
  expect(entries.map(({ recipient }) => recipient)).toEqual([
    "user@example.test",
    "User@example.test",
  ]);
});

test("the limit of recipients counts a mailbox each time that it is named", async () => {
  const { port, messages } = await start({ listener: { maximumRecipients: 3 } });
  const { rcpt } = await send(port, Array<string>(5).fill("user@example.test"));
  expect(rcpt.map((one) => one?.slice(0, 9))).toEqual([
    ...Array<string>(3).fill("250 2.1.5"),
    ...Array<string>(2).fill("452 4.5.3"),
  ]);
  expect(messages[0]?.acceptance.bodies[0]?.entries).toHaveLength(1);
});

test("in LMTP a repeated RCPT has a reply of its own after the message, and no copy", async () => {
  const { port, messages } = await start({ listener: { protocol: "lmtp" } });
  const names = ["user", "reject", "user", "defer", "reject"];
  const { data } = await send(
    port,
    names.map((name) => `${name}@each.test`),
    names.length,
    "LHLO",
  );
  expect(data.map((one) => one?.slice(0, 3))).toEqual(["250", "550", "250", "451", "550"]);
  expect(messages[0]?.acceptance.bodies[0]?.entries).toHaveLength(1);
});

test.each([
  [" Subject: x\r\n\r\nbody\r\n", "a blank, which would go on with our own field"],
  ["no field\r\nSubject: x\r\n\r\nbody\r\n", "no field, so that flows saw no header"],
])("content that begins with %j is body from its first byte: %s", async (content) => {
  for (const directProcessing of [true, false]) {
    const { port, messages } = await start({ listener: { directProcessing } });
    const client = await greeted(port);
    await client.sayAll("MAIL FROM:<a@client.example>", "RCPT TO:<user@example.test>", "DATA");
    client.send(`${content}.\r\n`);
    expect(await client.reply()).toMatch(/^250/);
    client.end();
    const [trace = "", ...rest] = (messages[0]?.bodies[0] ?? "").split("\r\n\r\n");
    expect(trace).toMatch(/^Received: [^\r]*(\r\n\t[^\r]*)*$/);
    expect(rest.join("\r\n\r\n")).toBe(content);
    await listener?.close();
  }
});

test("an IP policy blocks with its own words, and its verdict is remembered as long as it asked", async () => {
  let asked = 0;
  const { port, records } = await start({
    listener: { ipPolicyFlow: "policy" },
    runner: {
      ipPolicy: () => {
        asked += 1;
        return {
          verdict: {
            kind: "block",
            lines: ["554-5.7.1 Go away", "554 5.7.1 really"],
            ttlSeconds: 60,
          },
          trace: { ...traceOf("policy"), kind: "ip-policy" },
        };
      },
    },
  });
  for (let index = 0; index < 3; index++) {
    const client = new SmtpClient(port);
    expect(await client.reply()).toBe("554-5.7.1 Go away\n554 5.7.1 really");
    expect(await client.closed()).toBe("");
  }
  expect(asked).toBe(1);
  await until(() => records.length === 3);
  expect(records[0]).toMatchObject({
    outcome: "blocked",
    stage: "connect",
    flow: "policy",
    clientAddress: "127.0.0.1",
  });
});

test("an IP policy that is named and cannot run lets nobody in unjudged", async () => {
  const { port, records } = await start({ listener: { ipPolicyFlow: "gone" } });
  const client = new SmtpClient(port);
  expect(await client.reply()).toBe("421 4.3.0 Local error, try again later");
  expect(await client.closed()).toBe("");
  await until(() => records.length === 1);
  expect(records[0]).toMatchObject({ outcome: "failed", stage: "connect" });
});

test("an IP policy that answers later, in silence, closes without a word", async () => {
  const { port, records } = await start({
    listener: { ipPolicyFlow: "policy" },
    runner: {
      ipPolicy: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return { verdict: { kind: "block", lines: [], ttlSeconds: 0 }, trace: null };
      },
    },
  });
  const client = new SmtpClient(port);
  expect(await client.closed()).toBe("");
  await until(() => records.length === 1);
});

test("XCLIENT names the client for flows, history and the IP policy, and takes back a sign-in", async () => {
  const seen: string[] = [];
  const { port, records, messages } = await start({
    listener: { ipPolicyFlow: "policy", xclientPeers: ["127.0.0.0/8"] },
    runner: {
      ipPolicy: (_flow, input) => {
        seen.push(input.clientAddress);
        return {
          verdict:
            input.clientAddress === "192.0.2.66"
              ? { kind: "block", lines: ["554 5.7.1 Not you"], ttlSeconds: 0 }
              : { kind: "allow", ttlSeconds: 0 },
          trace: null,
        };
      },
    },
  });
  const client = await greeted(port);
  expect(
    await client.say(
      "XCLIENT ADDR=IPv6:2001:DB8::7 PORT=4711 NAME=[UNAVAILABLE] PROTO=ESMTP LOGIN=anna",
    ),
  ).toMatch(/^220/);
  expect(await client.say("MAIL FROM:<a@b.example>")).toMatch(/^503/); // it must greet again
  expect(await client.say("EHLO real.example")).not.toMatch(/XCLIENT/);
  await client.sayAll("MAIL FROM:<a@b.example>", "RCPT TO:<user@example.test>", "DATA", ".");
  expect(messages[0]?.bodies[0]).toMatch(
    /^Received: from real\.example \(\[IPv6:2001:db8::7\]\)[\s\S]* with ESMTPA\r\n/,
  );
  expect(messages[0]?.acceptance.bodies[0]?.entries[0]?.envelope).toMatchObject({
    clientAddress: "2001:db8::7",
    clientPort: 4711,
    signIn: "anna",
  });
  const blocked = await greeted(port);
  expect(await blocked.say("XCLIENT ADDR=192.0.2.66")).toBe("554 5.7.1 Not you");
  expect(await blocked.closed()).toBe("");
  expect(seen).toEqual(["127.0.0.1", "2001:db8::7", "127.0.0.1", "192.0.2.66"]);
  await until(() => records.some(({ outcome }) => outcome === "blocked"));
});

test("XCLIENT from a stranger is refused and changes nothing", async () => {
  const { port, messages } = await start({ listener: { xclientPeers: ["192.0.2.0/24"] } });
  const client = await greeted(port);
  expect(await client.say("XCLIENT ADDR=192.0.2.1 LOGIN=anna")).toMatch(/^550 5\.7\.1/);
  await client.sayAll("MAIL FROM:<a@b.example>", "RCPT TO:<user@example.test>", "DATA", ".");
  expect(messages[0]?.acceptance.bodies[0]?.entries[0]?.envelope).toMatchObject({
    clientAddress: "127.0.0.1",
    signIn: null,
  });
  client.end();
});

test("a message of more hops than allowed is refused as a loop", async () => {
  const { port } = await start({ listener: { maximumHops: 2 } });
  for (const [hops, code] of [
    [2, "250"],
    [3, "554"],
  ] as const) {
    const client = await greeted(port);
    await client.sayAll("MAIL FROM:<a@b.example>", "RCPT TO:<user@example.test>", "DATA");
    expect(
      await client.say(`${"Received: x\r\n".repeat(hops)}\r\nReceived: not a field\r\n.`),
    ).toMatch(new RegExp(`^${code} `));
    client.end();
  }
});
