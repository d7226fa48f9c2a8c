/**
 * Plays test/conversations/*.smtp against a real listener. `C:` is what the client
 * sends (CRLF is added; \r \n \0 \xHH and \\ are escapes, a line that ends in \c gets
 * no CRLF); `S:` is what the reply must begin with, `~` inside stands for any text;
 * `S: closed` expects the end of the connection; `messages: N` counts what was accepted.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fakeFlow, type ListenerUnderTest, startListener } from "../support/listener.ts";
import { SmtpClient } from "../support/smtp-client.ts";

const folder = path.resolve(import.meta.dirname, "../conversations");

let listener: ListenerUnderTest;
let strict: ListenerUnderTest;

beforeAll(async () => {
  const common = {
    transports: { next: { destination: "127.0.0.1:1" } },
    domains: {
      "example.test": { aliases: ["alias.test"], transport: "next" },
      "flow.test": { transport: "next", recipientFlow: "recipients", contentFlow: "contents" },
      "other.test": { transport: "next", contentFlow: "others" },
      "each.test": { transport: "next", contentFlow: "each" },
      "off.test": { enabled: false, transport: "next" },
    },
  };
  const flows = [
    fakeFlow("recipients", "recipient"),
    fakeFlow("contents", "content"),
    fakeFlow("others", "content"),
    fakeFlow("each", "content", true),
    fakeFlow("logins", "authentication"),
  ];
  const runner: Parameters<typeof startListener>[0]["runner"] = {
    recipient: (flow, input) => {
      if (flow === null) return { verdict: { kind: "accept" }, trace: null };
      if (input.recipient.startsWith("unknown"))
        return { verdict: { kind: "reject", text: "No such user" }, trace: null };
      if (input.recipient.startsWith("later"))
        return { verdict: { kind: "defer", text: "" }, trace: null };
      return { verdict: { kind: "accept" }, trace: null };
    },
    content: (_flow, input) => {
      const text = input.content.memory?.toString("latin1") ?? "";
      const answer = text.includes("SPAM")
        ? ({ kind: "reject", text: "Spam\nsecond line" } as const)
        : text.includes("LATER")
          ? ({ kind: "defer", text: "" } as const)
          : ({ kind: "accept" } as const);
      return {
        verdict: {
          answer,
          actions:
            answer.kind === "accept"
              ? [{ kind: "deliver", recipient: input.recipient, delaySeconds: 0, metadata: {} }]
              : [],
          header: null,
        },
        trace: null,
      };
    },
    authentication: (_flow, input) => ({
      verdict:
        input.password === "right"
          ? { kind: "accept", userName: input.userName }
          : input.password === "down"
            ? { kind: "defer", text: "" }
            : { kind: "reject", text: `You failed (${input.userName})` },
      trace: null,
    }),
  };
  listener = await startListener({
    flows,
    runner,
    settings: (port) => ({
      ...common,
      listeners: {
        inbound: {
          address: "127.0.0.1",
          port,
          authenticationFlow: "logins",
          authenticationNeedsTls: false,
          outboundTransport: "next",
          maximumRecipients: 3,
          maximumMessageBytes: 2000,
          maximumHops: 3,
          maximumErrors: 5,
          xclientPeers: ["127.0.0.0/8"],
        },
      },
    }),
  });
  strict = await startListener({
    flows,
    runner,
    settings: (port) => ({
      ...common,
      listeners: {
        inbound: {
          address: "127.0.0.1",
          port,
          authenticationFlow: "logins",
          bareLineEnds: "normalize",
          tls: { mode: "required" },
        },
      },
    }),
  });
});

afterAll(async () => {
  await listener.close();
  await strict.close();
});

const readEscapes = (text: string): string =>
  text.replace(
    /\\(?:x([0-9a-f]{2})|([rn0\\]))/gi,
    (_, hex: string | undefined, one: string | undefined) =>
      hex !== undefined
        ? String.fromCharCode(Number.parseInt(hex, 16))
        : ({ r: "\r", n: "\n", "0": "\0", "\\": "\\" }[one ?? "\\"] ?? ""),
  );

const matches = (reply: string, expected: string): boolean =>
  new RegExp(
    `^${expected
      .split("~")
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("[\\s\\S]*")}`,
  ).test(reply);

describe("conversations", () => {
  for (const file of readdirSync(folder).sort()) {
    test.concurrent(file.replace(/\.smtp$/, ""), { timeout: 20_000 }, async () => {
      const lines = readFileSync(path.join(folder, file), "utf8").split("\n");
      const isStrict = lines.some((line) => line.startsWith("# listener: strict"));
      const target = isStrict ? strict : listener;
      const client = new SmtpClient(target.port);
      const marker = `<${file}@client.example>`;
      try {
        for (const [index, line] of lines.entries()) {
          const place = `${file}:${index + 1}`;
          if (line.startsWith("C: ") || line === "C:") {
            const text = readEscapes(line.slice(3).replaceAll("@FILE@", marker));
            client.send(text.endsWith("\\c") ? text.slice(0, -2) : `${text}\r\n`);
          } else if (line === "S: closed") {
            expect(await client.closed(), place).toBe("");
          } else if (line.startsWith("S: ")) {
            const reply = await client.reply();
            const expected = line.slice(3).replaceAll("\\n", "\n");
            expect(
              reply !== null && matches(reply, expected),
              `${place}: expected ${expected}, got ${reply}`,
            ).toBe(true);
          } else if (line.startsWith("messages: ")) {
            const mine = target.messages.filter(
              ({ acceptance }) => acceptance.bodies[0]?.entries[0]?.sender === marker.slice(1, -1),
            );
            expect(mine.length, place).toBe(Number(line.slice(10)));
          } else if (line !== "" && !line.startsWith("#")) throw new Error(`${place}: ${line}`);
        }
      } finally {
        client.end();
      }
    });
  }
});
