import fc from "fast-check";
import { expect, test } from "vitest";
import { createDotStuffer } from "./dot-stuffing.ts";

const wire = (...chunks: readonly string[]): string => {
  const stuffer = createDotStuffer();
  const pieces = chunks.flatMap((chunk) => stuffer.push(Buffer.from(chunk, "latin1")));
  return Buffer.concat([...pieces, stuffer.end()]).toString("latin1");
};

test.each([
  ["", ".\r\n"],
  ["a\r\n", "a\r\n.\r\n"],
  ["a", "a\r\n.\r\n"],
  [".\r\n", "..\r\n.\r\n"],
  ["a\r\n.b\r\n..\r\n", "a\r\n..b\r\n...\r\n.\r\n"],
  ["a\n.b\n", "a\r\n..b\r\n.\r\n"],
  ["a\r.b\r", "a\r\n..b\r\n.\r\n"],
  ["a\r\r\n.\r\n", "a\r\n\r\n..\r\n.\r\n"],
  ["a\n\r\n", "a\r\n\r\n.\r\n"],
])("%j goes out as %j", (message, expected) => {
  expect(wire(message)).toBe(expected);
});

/** The same rules, said slowly. */
const slowly = (message: string): string => {
  const lines = message.replace(/\r\n|\r|\n/g, "\n").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return `${lines.map((line) => `${line.startsWith(".") ? "." : ""}${line}\r\n`).join("")}.\r\n`;
};

const messages = fc
  .array(fc.constantFrom("a", ".", "\r", "\n", "\r\n", "bc"), { maxLength: 40 })
  .map((pieces) => pieces.join(""));

test("however a message is cut into pieces, the wire is the same", () => {
  fc.assert(
    fc.property(messages, fc.array(fc.nat(60), { maxLength: 4 }), (message, cuts) => {
      const places = [0, ...cuts.filter((cut) => cut < message.length).sort((a, b) => a - b)];
      const chunks = places.map((from, index) => message.slice(from, places[index + 1]));
      expect(wire(...chunks)).toBe(slowly(message));
    }),
    { numRuns: 2000 },
  );
});

test("bytes without a dot at a line's start are not copied", () => {
  const message = Buffer.from("a.b\r\nc\r\n");
  const [piece] = createDotStuffer().push(message);
  expect(piece?.buffer).toBe(message.buffer);
  expect(piece?.byteOffset).toBe(message.byteOffset);
});
