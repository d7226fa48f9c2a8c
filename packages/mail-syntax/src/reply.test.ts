import { describe, expect, it } from "vitest";
import { formatReply, isCompleteReply, parseReply } from "./reply.ts";

describe("formatReply", () => {
  it("puts the status on every line", () => {
    expect(formatReply({ code: 550, enhancedStatus: "5.7.1", text: "No.\nNever." })).toBe(
      "550-5.7.1 No.\r\n550 5.7.1 Never.\r\n",
    );
  });

  it("cannot be made to write a second reply", () => {
    expect(formatReply({ code: 550, text: "a\r\n250 OK\0" })).toBe("550-a\r\n550 250 OK \r\n");
  });

  it("splits lines longer than 512 octets", () => {
    const lines = formatReply({ code: 250, text: "wörd ".repeat(300) })
      .split("\r\n")
      .slice(0, -1);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(510);
  });
});

describe("parseReply", () => {
  it.each([
    ["250 OK\r\n", { code: 250, text: "OK" }],
    ["250\r\n", { code: 250, text: "" }],
    ["550 5.1.1 No such user", { code: 550, enhancedStatus: "5.1.1", text: "No such user" }],
    ["250-a\r\n250-b\r\n250 c\r\n", { code: 250, text: "a\nb\nc" }],
    ["550-5.7.1 a\n550 5.7.1 b", { code: 550, enhancedStatus: "5.7.1", text: "a\nb" }],
    ["550 4.1.1 class of another code", { code: 550, text: "4.1.1 class of another code" }],
  ])("reads %j", (wire, reply) => {
    expect(parseReply(wire)).toEqual(reply);
  });

  it.each([
    "",
    "hello",
    "650 no",
    "25 no",
    "250-a\r\n251 b\r\n",
    "250-a\r\n",
    "250 a\r\n250 b\r\n",
  ])("refuses %j", (wire) => {
    expect(parseReply(wire)).toBeNull();
  });

  it("knows when a reply is complete", () => {
    expect(isCompleteReply("250-a\r\n")).toBe(false);
    expect(isCompleteReply("250-a\r\n250 b\r\n")).toBe(true);
    expect(isCompleteReply("250 b")).toBe(false);
  });
});
