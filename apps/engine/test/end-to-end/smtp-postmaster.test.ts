/** Mail to the bare <Postmaster> reaches the mailbox that the gateway settings name. */
import { afterEach, expect, test } from "vitest";
import { type ListenerUnderTest, startListener } from "../support/listener.ts";
import { greeted } from "../support/smtp-client.ts";

let listener: ListenerUnderTest;
afterEach(() => listener.close());

const start = async (postmaster: string): Promise<void> => {
  listener = await startListener({
    settings: (port) => ({
      gateway: { postmaster },
      transports: { next: { destination: "127.0.0.1:1" }, other: { destination: "127.0.0.1:2" } },
      domains: { "example.test": { transport: "next" }, "staff.test": { transport: "other" } },
      listeners: { inbound: { address: "127.0.0.1", port } },
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

test("without a name it goes to the first domain", async () => {
  await start("");
  await send();
  expect(entries()).toEqual([{ recipient: "Postmaster", transport: "next" }]);
});
