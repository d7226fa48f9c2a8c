import { expect, test } from "vitest";
import { cellTerm, rowTerms } from "./cell-terms.ts";
import type { HistoryRow } from "./history-page.tsx";

const row: HistoryRow = {
  messageId: "0d6c1d4e-5a2b-4a57-9d5f-2f6d3c1b7a90",
  at: "2026-11-24T09:04:12.000Z",
  outcome: "rejected",
  stage: "rcpt",
  listener: "inbound",
  clientAddress: "2001:db8::1",
  helo: "mail.example.com",
  signIn: null,
  sender: "",
  recipients: ["anna@example.org"],
  recipientOutcomes: {},
  subject: 'Your "weekly" offer',
  size: 0,
  revision: 1,
  flow: "spf-and-recipient",
  node: "unknown",
  reply: "550",
};

test("a cell gives the term that finds its like", () => {
  expect(cellTerm(row, "client")?.term).toBe("ip:2001:db8::1");
  expect(cellTerm(row, "recipients")?.term).toBe("to:anna@example.org");
  expect(cellTerm(row, "decided")?.term).toBe("block:unknown");
});

test("words with blanks and quotes stand in quotes", () => {
  expect(cellTerm(row, "subject")?.term).toBe('subject:"Your \\"weekly\\" offer"');
});

test("an empty cell asks for nothing", () => {
  expect(cellTerm(row, "sender")).toBeNull();
  expect(rowTerms(row).map(({ term }) => term)).not.toContain("from:");
});
