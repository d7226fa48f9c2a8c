/** Mail to the bare <Postmaster> reaches the mailbox that the gateway settings name. */
import { afterEach, expect, test } from "vitest";
import { fakeFlow, type ListenerUnderTest, startListener } from "../support/listener.ts";
import { greeted } from "../support/smtp-client.ts";

let listener: ListenerUnderTest;
afterEach(() => listener.close());

const start = async (postmaster: string, change: object = {}): Promise<void> => {
  listener = await startListener({
    flows: [fakeFlow("nobody", "recipient")],
    runner: {
      recipient: (flow) => ({
        verdict: flow === null ? { kind: "accept" } : { kind: "reject", text: "No such user" },
        trace: null,
      }),
    },
    settings: (port) => ({
      gateway: { postmaster },
      transports: { next: { destination: "127.0.0.1:1" }, other: { destination: "127.0.0.1:2" } },
      domains: {
        any: { transport: "next" },
        "example.test": { transport: "next", recipientFlow: "nobody" },
        "staff.test": { transport: "other", recipientFlow: "nobody" },
      },
      listeners: { inbound: { address: "127.0.0.1", port, outboundTransport: "other" } },
      ...change,
    }),
  });
};

const send = async (): Promise<void> => {
  const client = await greeted(listener.port);
  for (const line of ["MAIL FROM:<a@b.example>", "RCPT TO:<Postmaster>"]) await client.say(line);
  await client.say("DATA");
  await client.say("Subject: Hello\r\n\r\nHello\r\n.");
  client.end();
};

const entries = () =>
  listener.messages.flatMap(({ acceptance }) =>
    acceptance.bodies.flatMap((body) =>
      body.entries.map(({ recipient, transport }) => ({ recipient, transport })),
    ),
  );

test("a named postmaster gets it by way of his own domain", async () => {
  await start("anna@staff.test");
  await send();
  expect(entries()).toEqual([{ recipient: "anna@staff.test", transport: "other" }]);
});

test("without a name the postmaster of the first domain gets it", async () => {
  await start("");
  await send();
  expect(entries()).toEqual([{ recipient: "postmaster@example.test", transport: "next" }]);
});

test("a recipient flow that refuses everybody is not asked about it, but about postmaster@ its domain", async () => {
  await start("");
  const client = await greeted(listener.port);
  await client.say("MAIL FROM:<a@b.example>");
  expect(await client.say("RCPT TO:<postmaster>")).toMatch(/^250 /);
  expect(await client.say("RCPT TO:<postmaster@example.test>")).toMatch(/^250 /); // the same mailbox
  expect(await client.say("RCPT TO:<postmaster@staff.test>")).toMatch(/^550 5\.7\.1 No such user/);
  client.end();
});

test("where no domain is, a named one leaves by the listener's way out, and without a name nobody is", async () => {
  await start("anna@far.example", { domains: {} });
  await send();
  expect(entries()).toEqual([{ recipient: "anna@far.example", transport: "other" }]);
  await listener.close();
  await start("", { domains: {} });
  const client = await greeted(listener.port);
  await client.say("MAIL FROM:<a@b.example>");
  expect(await client.say("RCPT TO:<postmaster>")).toMatch(/^550 5\.7\.1 /);
  client.end();
});
