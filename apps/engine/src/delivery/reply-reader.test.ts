import { expect, test } from "vitest";
import { createReplyReader, replyLimits } from "./reply-reader.ts";

const read = (...chunks: string[]) => {
  const reader = createReplyReader();
  return chunks.flatMap((chunk) => reader.push(Buffer.from(chunk, "latin1")));
};

test("a reply may come in any pieces", () => {
  const wire = "250-one\r\n250 two\r\n354 go\r\n";
  for (let cut = 0; cut <= wire.length; cut++) {
    expect(read(wire.slice(0, cut), wire.slice(cut)).map(({ text }) => text)).toEqual([
      "250 one two",
      "354 go",
    ]);
  }
});

test("the status is taken when its class fits the code", () => {
  expect(read("550-5.1.1 No such\r\n550 5.1.1 user\r\n")[0]).toMatchObject({
    code: 550,
    status: "5.1.1",
    text: "550 5.1.1 No such user",
  });
  expect(read("550 2.0.0 odd\r\n")[0]).toMatchObject({ status: null });
});

test("control characters and text that turns around go no further", () => {
  expect(read("550 a\x1b[31mb\x07\xe2\x80\xaec\r\n")[0]?.text).toBe("550 a [31mb  c");
});

test.each([
  ["a code that changes within a reply", "250-a\r\n251 b\r\n"],
  ["text that is no reply", "hello\r\n"],
  ["a code out of range", "650 x\r\n"],
])("%s is refused", (_, wire) => {
  expect(() => read(wire)).toThrow("SMTP");
});

test("a line of the largest size passes, one byte more does not", () => {
  const line = (length: number) => `250 ${"x".repeat(length - 5)}\r\n`;
  expect(read(line(replyLimits.line))).toHaveLength(1);
  expect(() => read(line(replyLimits.line + 1))).toThrow("too long");
  expect(() => read("x".repeat(replyLimits.line + 1))).toThrow("too long");
});

test("a reply has at most a hundred lines", () => {
  const reply = (count: number) => `${"250-x\r\n".repeat(count - 1)}250 x\r\n`;
  expect(read(reply(replyLimits.lines))).toHaveLength(1);
  expect(() => read(reply(replyLimits.lines + 1))).toThrow("too long");
});

test("a reply has at most 64 KB", () => {
  expect(() => read(`250-${"x".repeat(2000)}\r\n`.repeat(40))).toThrow("too long");
});
