/** However an address is written, mail for others is relayed for nobody who has not signed in. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../support/gateway.ts";
import { fakeFlow, type ListenerUnderTest, startListener } from "../support/listener.ts";
import { SmtpClient } from "../support/smtp-client.ts";

let listener: ListenerUnderTest;
let wrongPort: number;
let aliasPort: number;

beforeAll(async () => {
  wrongPort = await freePort();
  aliasPort = await freePort();
  listener = await startListener({
    flows: [fakeFlow("logins", "authentication"), fakeFlow("recipients", "recipient")],
    runner: {
      authentication: (_flow, { userName, password }) => ({
        verdict: password === "right" ? { kind: "accept", userName } : { kind: "reject", text: "" },
        trace: null,
      }),
    },
    settings: (port) => ({
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: {
        "ours.test": { listener: "inbound", transport: "next", aliases: ["alias.test"] },
        "any-here": { name: "any", listener: "wrong", transport: "next" },
        "catch.test": { listener: "alias", transport: "next", aliases: ["Any"] },
      },
      listeners: {
        inbound: {
          address: "127.0.0.1",
          port,
          authenticationFlow: "logins",
          authenticationNeedsTls: false,
          outboundTransport: "next",
          maximumErrors: 100_000,
          maximumConnectionsPerClient: 1000,
        },
        wrong: { address: "127.0.0.1", port: wrongPort, maximumErrors: 100_000 },
        alias: { address: "127.0.0.1", port: aliasPort, maximumErrors: 100_000 },
      },
    }),
  });
});

afterAll(() => listener.close());

const them = "victim@relay.example";
/** Ways to write somebody else's address that servers have fallen for. */
const forms: readonly string[] = [
  `<${them}>`,
  them,
  `<<${them}>>`,
  `< ${them} >`,
  `"${them}"`,
  `<"${them}">`,
  `<"${them}"@>`,
  `<"victim"@relay.example>`,
  `<victim@[192.0.2.1]>`,
  `<victim@[127.0.0.1]>`,
  `<victim@[IPv6:::1]>`,
  `<victim@[IPv6:2001:db8::1]>`,
  `<victim@192.0.2.1>`,
  `<victim@127.0.0.1>`,
  `<victim@localhost>`,
  `<victim@relay>`,
  `<victim@relay.example.>`,
  `<victim@.relay.example>`,
  `<victim@RELAY.EXAMPLE>`,
  `<victim>`,
  `<victim@>`,
  `<@relay.example>`,
  `<@ours.test:${them}>`,
  `<@ours.test,@alias.test:${them}>`,
  `<@relay.example:user@ours.test>`,
  `@ours.test:${them}`,
  `<ours.test!${them}>`,
  `<${them}@ours.test@relay.example>`,
  `<victim@ours.test@relay.example>`,
  `<victim@relay.example@ours.test@relay.example>`,
  `<victim@ours.test.relay.example>`,
  `<victim@relay.example ours.test>`,
  `<victim@ours.test,relay.example>`,
  `<victim@ours.test;relay.example>`,
  `<victim@ours.test\\@relay.example>`,
  `<victim\\@ours.test@relay.example>`,
  `<victim(@ours.test)@relay.example>`,
  `<victim@relay.example(@ours.test)>`,
  `<victim@relay.example#@ours.test>X`,
  `<victim@ours.test>,<${them}>`,
  `<victim@ours.test> <${them}>`,
  `<victim@relay.example> ORCPT=rfc822;victim@ours.test`,
  `<victim@relay.example> NOTIFY=NEVER`,
  `<victim@relay.example> X-TRUST=1`,
  `<victim@sub.ours.test>`,
  `<victim@oours.test>`,
  `<victim@ours.tes>`,
  `<victim@ours.testt>`,
  `<victim@ours-test>`,
  `<victim@ours_test>`,
  `<victim@*>`,
  `<victim@*.test>`,
  `<victim@any>`,
  `<victim@%>`,
  `<victim@ours.test\\>`,
  `<victim@relay.example\0@ours.test>`,
  `<victim@relay.example\t@ours.test>`,
  `<victim@relay.example\x0b@ours.test>`,
  `<victim@relay.example\xc2\xa0ours.test>`,
  `<victim@ours\xe3\x80\x82test.relay.example>`,
  `<victim@\xef\xbc\x8eours.test>`,
  `<victim@ours\xc2\xad.relay.example>`,
  `<victim@xn--ours-.relay.example>`,
  `<postmaster@relay.example>`,
  `<POSTMASTER@relay.example>`,
  `<"postmaster"@relay.example>`,
  `<>`,
  ``,
  `:${them}`,
  `<mailto:${them}>`,
  `<smtp:${them}>`,
  `<|/bin/sh@relay.example>`,
  `</dev/null@relay.example>`,
  `<:include:/etc/passwd@relay.example>`,
];

const someone = {
  "nobody in particular": async () => {},
  "somebody whose sign-in failed": async (client: SmtpClient) => {
    expect(await client.say(`AUTH PLAIN ${btoa("\0anna\0wrong")}`)).toMatch(/^535/);
  },
};

test("there are at least sixty forms", () =>
  expect(new Set(forms).size).toBeGreaterThanOrEqual(60));

for (const [who, before] of Object.entries(someone)) {
  test(`${who} can send to none of them`, async () => {
    const client = new SmtpClient(listener.port);
    await client.reply();
    await client.say("EHLO client.example");
    await before(client);
    await client.say("MAIL FROM:<a@ours.test> SMTPUTF8");
    const taken: string[] = [];
    for (const form of forms) {
      const reply = await client.say(`RCPT TO:${form}`);
      if (!/^5\d\d /.test(reply ?? "")) taken.push(`${form}: ${reply}`);
    }
    expect(taken).toEqual([]);
    expect(await client.say("DATA")).toMatch(/^554/);
    client.end();
  });
}

test.each([
  ["as a domain", () => wrongPort],
  ["as an alias of a domain", () => aliasPort],
] as const)(
  "a domain of another listener is refused here, and “any” %s without a recipient flow takes no stranger",
  async (_words, portOf) => {
    const client = new SmtpClient(portOf());
    await client.reply();
    await client.say("EHLO client.example");
    await client.say("MAIL FROM:<a@ours.test> SMTPUTF8");
    for (const form of [...forms, "<user@ours.test>", "<user@alias.test>"]) {
      expect([form, (await client.say(`RCPT TO:${form}`))?.slice(0, 1)]).toEqual([form, "5"]);
    }
    client.end();
  },
);

test("our own are taken however they are written, and what looks like a route is part of the name", async () => {
  const client = new SmtpClient(listener.port);
  await client.reply();
  await client.say("EHLO client.example");
  await client.say("MAIL FROM:<a@client.example>");
  const ours = [
    "<user@ours.test>",
    "<other@OURS.TEST>",
    "<user@alias.test>",
    "<victim%relay.example@ours.test>",
    "<relay.example!victim@ours.test>",
    `<"victim@relay.example"@ours.test>`,
    "<postmaster>",
  ];
  for (const form of ours)
    expect([form, await client.say(`RCPT TO:${form}`)]).toEqual([
      form,
      "250 2.1.5 Recipient accepted",
    ]);
  await client.sayAll("DATA", ".");
  const entries = listener.messages.at(-1)?.acceptance.bodies[0]?.entries ?? [];
  expect(entries.map(({ domain }) => domain)).toEqual(ours.map(() => "ours.test"));
  client.end();
});

test("who has signed in may send elsewhere", async () => {
  const client = new SmtpClient(listener.port);
  await client.reply();
  await client.sayAll(
    "EHLO client.example",
    `AUTH PLAIN ${btoa("\0anna\0right")}`,
    "MAIL FROM:<a@ours.test>",
  );
  expect(await client.say(`RCPT TO:<${them}>`)).toMatch(/^250/);
  client.end();
});
