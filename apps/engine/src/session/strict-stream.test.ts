import fc from "fast-check";
import { expect, test } from "vitest";
import { type Offence, StrictStream } from "./strict-stream.ts";

type Seen = {
  readonly commands: string[];
  readonly messages: { content: string; offence: Offence | null }[];
  readonly offences: string[];
};

/** A tiny server: DATA begins content, everything else is a command. */
const feed = async (chunks: readonly string[], repair = false): Promise<Seen> => {
  const seen: Seen = { commands: [], messages: [], offences: [] };
  let content = "";
  const stream: StrictStream = new StrictStream({
    maximumLine: 4096,
    repairLineEnds: repair,
    onBadLine: (next) => {
      seen.offences.push("bad line");
      next();
    },
    onLineTooLong: () => {
      seen.offences.push("too long");
      stream.isClosed = true;
    },
    onEarlyContent: () => {
      seen.offences.push("early content");
      stream.isClosed = true;
    },
  });
  stream.oncommand = (line, next) => {
    seen.commands.push(line.toString("latin1"));
    if (line.toString("latin1") === "DATA") {
      content = "";
      stream.startContent({
        write: (chunk) => {
          content += chunk.toString("latin1");
          return undefined;
        },
        end: (offence) => {
          seen.messages.push({ content, offence });
          stream.proceed();
        },
      });
    }
    next?.();
  };
  for (const chunk of chunks) {
    await new Promise<void>((resolve) =>
      stream.write(Buffer.from(chunk, "latin1"), () => resolve()),
    );
  }
  return seen;
};

test("a message ends at CRLF.CRLF and its stuffed dots lose one", async () => {
  const { messages, commands } = await feed(["DATA\r\n", "a\r\n..b\r\n.c\r\n\r\n.\r\nQUIT\r\n"]);
  expect(messages).toEqual([{ content: "a\r\n.b\r\nc\r\n\r\n", offence: null }]);
  expect(commands).toEqual(["DATA", "QUIT"]);
});

test("an empty message is a dot alone", async () => {
  expect((await feed(["DATA\r\n", ".\r\n"])).messages).toEqual([{ content: "", offence: null }]);
});

test.each(["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r.\r\n", "\r\n\0.\r\n"])(
  "%j does not end a message",
  async (end) => {
    const { messages, commands } = await feed(["DATA\r\n", `a${end}MAIL FROM:<b@c>\r\n.\r\n`]);
    expect(commands).toEqual(["DATA"]);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.offence).not.toBeNull();
  },
);

const alphabet = ["\r", "\n", "\0", "."];
const sequences = (length: number): string[] =>
  length === 0 ? [""] : sequences(length - 1).flatMap((rest) => alphabet.map((one) => rest + one));

test("no sequence of CR, LF, NUL and dot turns one message into two", async () => {
  for (let length = 1; length <= 6; length++) {
    for (const sequence of sequences(length)) {
      if (sequence.includes("\r\n.\r\n")) continue; // the one true end
      const body = `a${sequence}MAIL FROM:<x@y>\r\nDATA\r\nsecond\r\n.\r\n`;
      const { messages, commands } = await feed(["DATA\r\n", body]);
      expect([sequence, messages.length, commands]).toEqual([sequence, 1, ["DATA"]]);
    }
  }
});

test("how the bytes are cut changes nothing", async () => {
  const piece = fc.constantFrom("\r", "\n", ".", "\r\n", "\r\n.\r\n", "a", "..", "\0", "line\r\n");
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 30 }),
      fc.array(fc.nat(40), { maxLength: 12 }),
      fc.boolean(),
      async (pieces, cuts, repair) => {
        const body = `${pieces.join("")}\r\n.\r\n`;
        const chunks: string[] = [];
        let at = 0;
        for (const cut of [...cuts].sort((a, b) => a - b)) {
          if (cut > at && cut < body.length) {
            chunks.push(body.slice(at, cut));
            at = cut;
          }
        }
        chunks.push(body.slice(at));
        const whole = await feed(["DATA\r\n", body], repair);
        const cutUp = await feed(["DATA\r\n", ...chunks], repair);
        expect(cutUp).toEqual(whole);
      },
    ),
    { numRuns: 500 },
  );
});

test("repaired content has only CRLF", async () => {
  const { messages } = await feed(["DATA\r\n", "a\nb\rc\r\n.\r\n"], true);
  expect(messages).toEqual([{ content: "a\r\nb\r\nc\r\n", offence: null }]);
});

test("a command ended by a bare LF is no command", async () => {
  const { commands, offences } = await feed(["NOOP\nQUIT\r\n", "RS\rET\r\n"]);
  expect(commands).toEqual(["QUIT"]);
  expect(offences).toEqual(["bad line", "bad line"]);
});

test("content that does not wait for 354 is an offence, and nothing of it is a command", async () => {
  const { commands, messages, offences } = await feed(["DATA\r\nSubject: x\r\n\r\n.\r\nQUIT\r\n"]);
  expect(commands).toEqual(["DATA"]);
  expect(messages).toEqual([]);
  expect(offences).toEqual(["early content"]);
});

test("a line may have the maximum and not one byte more", async () => {
  expect((await feed([`${"x".repeat(4095)}\r\n`])).offences).toEqual([]);
  expect((await feed([`${"x".repeat(4096)}\r\n`])).offences).toEqual(["too long"]);
  expect((await feed(["x".repeat(4096)])).offences).toEqual([]);
  expect((await feed(["x".repeat(4097)])).offences).toEqual(["too long"]);
});

test("many pipelined commands are all read, in order", async () => {
  const lines = Array.from({ length: 1000 }, (_, index) => `NOOP ${index}`);
  const { commands } = await feed([lines.map((line) => `${line}\r\n`).join("")]);
  expect(commands).toEqual(lines);
});
