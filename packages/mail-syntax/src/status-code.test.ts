import { expect, it } from "vitest";
import { describeStatus, formatStatus, parseStatus, statusOfCode } from "./status-code.ts";

it("reads and writes a status", () => {
  const status = parseStatus("5.7.23");
  expect(status).toEqual({ class: 5, subject: 7, detail: 23 });
  expect(status && formatStatus(status)).toBe("5.7.23");
});

it.each(["3.1.1", "5.1", "5.01.1", "5.1.1.1", "5.1.1000", ""])("refuses %j", (text) => {
  expect(parseStatus(text)).toBeNull();
});

it("describes by detail, else by subject", () => {
  expect(describeStatus("5.1.1")).toBe("Bad destination mailbox address");
  expect(describeStatus("5.2.99")).toBe("Something is wrong with the mailbox");
  expect(describeStatus("x")).toBe("Unknown status");
});

it("knows the class of a bare code", () => {
  expect([250, 451, 554].map(statusOfCode)).toEqual(["2.0.0", "4.0.0", "5.0.0"]);
});
