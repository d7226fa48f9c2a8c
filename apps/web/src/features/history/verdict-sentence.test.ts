import { expect, test } from "vitest";
import type { FlowTrace, MessageView } from "../flow-editor/trace/trace-types.ts";
import { verdictSentence } from "./verdict-sentence.ts";

const record: MessageView["record"] = {
  messageId: "0d6c1d4e-5a2b-4a57-9d5f-2f6d3c1b7a90",
  at: "2026-11-24T09:04:12.000Z",
  outcome: "rejected",
  stage: "rcpt",
  listener: "inbound",
  clientAddress: "198.51.100.7",
  helo: "h",
  signIn: null,
  sender: null,
  recipientOutcomes: {},
  recipients: [],
  subject: "",
  size: 0,
  revision: 14,
  flow: "spf-and-recipient",
  node: "refuse",
  reply: "550 5.7.1 listed",
};
const trace: FlowTrace = {
  flow: "spf-and-recipient",
  kind: "recipient",
  revision: 14,
  recipient: null,
  steps: [
    {
      node: "refuse",
      title: "Reject",
      outcome: null,
      startMicroseconds: 0,
      microseconds: 1,
      lookups: [],
      log: [],
    },
  ],
  ending: "",
  error: null,
  microseconds: 1,
};

test("it names outcome, stage, block, flow, revision and reply", () => {
  expect(verdictSentence({ record, traces: [trace] }, () => "SPF and Recipient")).toBe(
    "Rejected at RCPT by ‘Reject’ in ‘SPF and Recipient’ revision 14: 550 5.7.1 listed",
  );
});

test("without a flow it says what is known", () => {
  const plain = {
    ...record,
    outcome: "delivered" as const,
    stage: "delivery" as const,
    flow: null,
    node: null,
  };
  expect(verdictSentence({ record: { ...plain, reply: "" }, traces: [] }, (id) => id)).toBe(
    "Delivered at delivery.",
  );
});
