import fc from "fast-check";
import { expect, test } from "vitest";
import { formatReply, parseCatalogueReply, replies } from "./reply.ts";

test("a flow's text may bring its own enhanced status code, of the class of the reply", () => {
  const text = (reply: Parameters<typeof formatReply>[0]): string => formatReply(reply).trimEnd();
  expect(text(replies.recipientRejected("5.1.1 No such user", "7"))).toBe(
    "550 5.1.1 No such user (7)",
  );
  expect(text(replies.rejected("4.1.1 No", "7"))).toBe("550 5.7.1 4.1.1 No (7)");
  expect(text(replies.deferred("4.2.2 Mailbox full\nLater", "7"))).toBe(
    "451-4.2.2 Mailbox full\r\n451 4.2.2 Later (7)",
  );
  expect(text(replies.signInRefused("5.7.9"))).toBe("535 5.7.8 5.7.9");
});

test("a reply is code, enhanced status code and words", () => {
  expect(formatReply(replies.ok)).toBe("250 2.0.0 OK\r\n");
  expect(formatReply(replies.startContent)).toBe("354 End with CR LF . CR LF\r\n");
});

test("each line of a text repeats code and status", () => {
  expect(formatReply(replies.rejected("one\ntwo", "ID"))).toBe(
    "550-5.7.1 one\r\n550 5.7.1 two (ID)\r\n",
  );
});

test("whatever a text holds, its lines are whole, short and of one reply", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (text) => {
      const output = formatReply({ code: 550, status: "5.7.1", text });
      const lines = output.split("\r\n");
      expect(lines.pop()).toBe("");
      for (const [index, line] of lines.entries()) {
        expect(line.startsWith(index < lines.length - 1 ? "550-5.7.1 " : "550 5.7.1 ")).toBe(true);
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }
    }),
  );
});

test("a catalogue's reply is taken apart", () => {
  expect(parseCatalogueReply("452 4.3.1 Insufficient system storage")).toEqual({
    code: 452,
    status: "4.3.1",
    text: "Insufficient system storage",
  });
});
