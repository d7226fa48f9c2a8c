/**
 * Clients that nobody wrote on purpose: whole dialogues with bytes changed, lost and
 * doubled, cut anywhere; and dialogues of commands in any order, held against a model
 * of RFC 5321. One message in never becomes two, and what is answered is what is kept.
 */
import { createConnection } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fakeFlow, type ListenerUnderTest, startListener } from "../support/listener.ts";

let strict: ListenerUnderTest;
let lenient: ListenerUnderTest;

const start = (listener: object): Promise<ListenerUnderTest> =>
  startListener({
    flows: [fakeFlow("recipients", "recipient")],
    settings: (port) => ({
      listeners: {
        inbound: {
          address: "127.0.0.1",
          port,
          maximumErrors: 1_000_000,
          maximumConnectionsPerClient: 10_000,
          ...listener,
        },
      },
      transports: { next: { destination: "127.0.0.1:1" } },
      domains: { "ours.test": { transport: "next" } },
    }),
  });

beforeAll(async () => {
  strict = await start({ bareLineEnds: "reject" });
  lenient = await start({ bareLineEnds: "normalize" });
});
afterAll(() => Promise.all([strict.close(), lenient.close()]));

/** A second message that counts on an end of data that is none; the only true end is the last line's. */
const smuggled =
  "MAIL FROM:<evil@x.test>\r\nRCPT TO:<user@ours.test>\r\nDATA\r\nSubject: 2\r\n\r\nevil";

/** Sends pieces one after another, reads to the end, and gives everything the server said. */
const converse = (port: number, pieces: readonly Buffer[]): Promise<string> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    let text = "";
    let sent = 0;
    let timer: NodeJS.Timeout | undefined;
    const next = (): void => {
      clearTimeout(timer);
      const piece = pieces[sent++];
      if (piece === undefined) {
        socket.end();
        return;
      }
      socket.write(piece);
      // the next piece goes out when something was answered, or soon: a packet of its own either way
      timer = setTimeout(next, 2);
    };
    socket.on("data", (chunk: Buffer) => {
      const isFirst = text === "";
      text += chunk.toString("latin1");
      if (isFirst || sent < pieces.length) setImmediate(next);
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(text);
    });
  });

/** An end of data has this, and one of it ends one message. */
const endsIn = (bytes: Buffer): number => {
  let count = 0;
  for (let at = bytes.indexOf("\r\n.\r\n"); at >= 0; at = bytes.indexOf("\r\n.\r\n", at + 1))
    count++;
  return count;
};

const interesting = [
  "\r",
  "\n",
  "\0",
  ".",
  "\r\n",
  "\n.\n",
  "\r.\r",
  "\r\n.",
  "\n.\r\n",
  "\r\n.\n",
  " ",
  "\t",
  "\x1a",
  "\xff",
  "DATA\r\n",
];

const mutation = fc.oneof(
  fc.record({
    kind: fc.constant("insert" as const),
    at: fc.nat(),
    text: fc.constantFrom(...interesting),
  }),
  fc.record({
    kind: fc.constant("replace" as const),
    at: fc.nat(),
    text: fc.constantFrom(...interesting),
  }),
  fc.record({
    kind: fc.constant("remove" as const),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constant("flip" as const),
    at: fc.nat(),
    bit: fc.integer({ min: 0, max: 7 }),
  }),
  fc.record({
    kind: fc.constant("smuggle" as const),
    at: fc.nat(),
    end: fc.constantFrom(
      "\n.\n",
      "\n.\r\n",
      "\r\n.\n",
      "\r.\r",
      "\r\n.\r",
      "\r.\r\n",
      "\n.\r",
      "\r\n\0.\r\n",
      "\r\n.\0\r\n",
    ),
  }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer One> ? One : never;

const mutate = (bytes: Buffer, one: Mutation): Buffer => {
  const at = one.at % (bytes.length + 1);
  const before = bytes.subarray(0, at);
  switch (one.kind) {
    case "insert":
      return Buffer.concat([before, Buffer.from(one.text, "latin1"), bytes.subarray(at)]);
    case "replace":
      return Buffer.concat([before, Buffer.from(one.text, "latin1"), bytes.subarray(at + 1)]);
    case "remove":
      return Buffer.concat([before, bytes.subarray(at + one.length)]);
    case "flip": {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << one.bit);
      return copy;
    }
    case "smuggle":
      return Buffer.concat([before, Buffer.from(one.end + smuggled, "latin1"), bytes.subarray(at)]);
    default:
      return one satisfies never;
  }
};

/** Where the bytes are cut: a client that waits after each command, or one that cuts anywhere. */
const pieces = (bytes: Buffer, cuts: readonly number[] | "lines"): Buffer[] => {
  const places =
    cuts === "lines"
      ? [...bytes.toString("latin1").matchAll(/\n/g)].map(({ index }) => index + 1)
      : [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  const all = [0, ...places, bytes.length];
  return all.slice(1).flatMap((end, index) => {
    const piece = bytes.subarray(all[index], end);
    return piece.length > 0 ? [piece] : [];
  });
};

const dialogue = (content: string): string =>
  `EHLO client.test\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<user@ours.test>\r\nDATA\r\n${content}\r\n.\r\nQUIT\r\n`;

test.each([
  ["that refuses bare line ends", () => strict],
  ["that repairs bare line ends", () => lenient],
] as const)(
  "a dialogue with bytes changed and cut anywhere leaves, at a listener %s, at most as many messages as it has ends of data",
  async (_words, listenerOf) => {
    const listener = listenerOf();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("Subject: 1\r\n\r\nhello", "", ".", "..stuffed\r\n.x", "x\r\n\r\n\r\ny"),
        fc.array(mutation, { maxLength: 5 }),
        fc.oneof(fc.constant("lines" as const), fc.array(fc.nat(), { maxLength: 12 })),
        async (content, mutations, cuts) => {
          const bytes = mutations.reduce(mutate, Buffer.from(dialogue(content), "latin1"));
          const before = listener.messages.length;
          const said = await converse(listener.port, pieces(bytes, cuts));
          const kept = listener.messages.slice(before);
          // each message has its own end of data, and its own receipt
          expect(kept.length).toBeLessThanOrEqual(endsIn(bytes));
          expect(said.match(/^250 2\.0\.0 [0-9a-f-]{36} accepted\r$/gm) ?? []).toHaveLength(
            kept.length,
          );
          for (const { bodies } of kept) {
            for (const body of bodies) expect(body).not.toMatch(/\0|(?<!\r)\n|\r(?!\n)/);
          }
        },
      ),
      { numRuns: 600 },
    );
    expect(listener.log.filter((line) => !line.includes("turned away"))).toEqual([]); // no fault of ours
  },
  120_000,
);

type Model = { greeted: boolean; sender: boolean; recipients: number; messages: number };

/** A command, the class of its reply, and what it does, by RFC 5321 §4.1.4. */
type Step = {
  readonly say: string;
  readonly expects: (model: Model) => RegExp;
  readonly does?: (model: Model) => void;
};

const reset = (model: Model): void => {
  model.sender = false;
  model.recipients = 0;
};
const ok = /^250/;
const steps: readonly Step[] = [
  {
    say: "EHLO a.test",
    expects: () => ok,
    does: (model) => {
      model.greeted = true;
      reset(model);
    },
  },
  {
    say: "HELO a.test",
    expects: () => ok,
    does: (model) => {
      model.greeted = true;
      reset(model);
    },
  },
  { say: "EHLO", expects: () => /^501/ },
  {
    say: "MAIL FROM:<a@x.test>",
    expects: (model) => (!model.greeted || model.sender ? /^503/ : ok),
    does: (model) => {
      if (model.greeted) model.sender = true;
    },
  },
  {
    say: "mail from:<> SIZE=10",
    expects: (model) => (!model.greeted || model.sender ? /^503/ : ok),
    does: (model) => {
      if (model.greeted) model.sender = true;
    },
  },
  {
    say: "MAIL FROM:a@x.test>",
    expects: (model) => (!model.greeted || model.sender ? /^503/ : /^501/),
  },
  {
    say: "RCPT TO:<user@ours.test>",
    expects: (model) => (model.sender ? ok : /^503/),
    does: (model) => {
      if (model.sender) model.recipients = Math.max(1, model.recipients);
    },
  },
  {
    say: "RCPT TO:<other@ours.test>",
    expects: (model) => (model.sender ? ok : /^503/),
    does: (model) => {
      if (model.sender) model.recipients += 1;
    },
  },
  {
    say: "RCPT TO:<victim@else.test>",
    expects: (model) => (model.sender ? /^550 5\.7\.1/ : /^503/),
  },
  { say: "RSET", expects: () => ok, does: reset },
  { say: "NOOP", expects: () => ok },
  { say: "VRFY user", expects: () => /^252/ },
  { say: "EXPN list", expects: () => /^5/ },
  { say: "AUTH PLAIN AGEAYg==", expects: () => /^502/ },
  { say: "STARTTLS", expects: () => /^5/ },
  { say: "BURL imap://x.test/ LAST", expects: () => /^500/ },
  { say: "XYZZY", expects: () => /^500/ },
  { say: "", expects: () => /^500/ },
];

/** Commands of one session in any order, in batches; DATA comes alone, as it must. */
const script = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 8 }) },
    { weight: 2, arbitrary: fc.constant("data" as const) },
  ),
  { maxLength: 12 },
);

test("commands in any order, pipelined in any batches, are answered one by one as RFC 5321 has it", async () => {
  await fc.assert(
    fc.asyncProperty(script, async (batches) => {
      const model: Model = { greeted: false, sender: false, recipients: 0, messages: 0 };
      const wanted: RegExp[] = [/^220/];
      const sends: { bytes: string; replies: number }[] = [];
      for (const batch of batches) {
        if (batch !== "data") {
          for (const step of batch) {
            wanted.push(step.expects(model));
            step.does?.(model);
          }
          sends.push({
            bytes: batch.map(({ say }) => `${say}\r\n`).join(""),
            replies: wanted.length,
          });
          continue;
        }
        const isTaken = model.sender && model.recipients > 0;
        wanted.push(isTaken ? /^354/ : model.sender ? /^554/ : /^503/);
        sends.push({ bytes: "DATA\r\n", replies: wanted.length });
        if (!isTaken) continue;
        wanted.push(/^250 2\.0\.0/);
        sends.push({
          bytes: "Subject: x\r\n\r\nRSET\r\nDATA\r\n..\r\n.\r\n",
          replies: wanted.length,
        });
        model.messages += 1;
        reset(model);
      }
      const before = strict.messages.length;
      const said = await inTurn(strict.port, sends);
      expect(said.map((reply, index) => [reply, wanted[index]?.test(reply)])).toEqual(
        said.map((reply) => [reply, true]),
      );
      expect(said).toHaveLength(wanted.length);
      expect(strict.messages.length - before).toBe(model.messages);
    }),
    { numRuns: 300 },
  );
}, 120_000);

/** Sends each batch when the replies to those before it are there; all replies. */
const inTurn = (
  port: number,
  sends: readonly { readonly bytes: string; readonly replies: number }[],
): Promise<string[]> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    let text = "";
    let sent = 0;
    const repliesOf = (): string[] => text.match(/^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/gm) ?? [];
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      const due = sent === 0 ? 1 : (sends[sent - 1]?.replies ?? 0);
      if (repliesOf().length < due) return;
      const next = sends[sent++];
      if (next === undefined) socket.end();
      else socket.write(next.bytes);
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(repliesOf()));
  });
