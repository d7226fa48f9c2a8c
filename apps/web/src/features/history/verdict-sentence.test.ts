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
  expect(verdictSentence({ record, traces: [trace], events: [] }, () => "SPF and Recipient")).toBe(
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
  expect(
    verdictSentence({ record: { ...plain, reply: "" }, traces: [], events: [] }, (id) => id),
  ).toBe("Delivered at delivery.");
});

test("what waits says why, what arrived says where", () => {
  const attempt = (kind: "attempt-deferred" | "attempt-delivered", reply: string) => ({
    at: record.at,
    kind,
    queueId: "7",
    recipient: "anna@example.org",
    detail: { reply, nextHop: "mail.example.org [192.0.2.10]:25" },
  });
  const deferred = attempt("attempt-deferred", "450 4.3.0 busy");
  const sentence = (outcome: "queued" | "delivered", events: MessageView["events"]): string =>
    verdictSentence({ record: { ...record, outcome }, traces: [], events }, (id) => id);
  expect(sentence("queued", [deferred])).toBe(
    "Waits for delivery, last tried at mail.example.org [192.0.2.10]:25: 450 4.3.0 busy",
  );
  expect(sentence("delivered", [deferred, attempt("attempt-delivered", "250 Ok")])).toBe(
    "Delivered to mail.example.org [192.0.2.10]:25: 250 Ok",
  );
});

test("what a transport without a destination took names the transport, not the block before it", () => {
  const events: MessageView["events"] = [
    {
      at: record.at,
      kind: "deleted",
      queueId: "7",
      recipient: "anna@example.org",
      detail: { transport: "sink", reply: "discarded by the transport" },
    },
  ];
  expect(
    verdictSentence(
      { record: { ...record, outcome: "deleted" }, traces: [trace], events },
      (id) => id,
    ),
  ).toBe("Discarded by the transport ‘sink’.");
});

test("what a delivery flow threw away names the flow, and the answer before it", () => {
  const sentence = (code: number, reply: string, gaveUp: string | null = null) =>
    verdictSentence(
      {
        record: { ...record, outcome: "deleted" },
        traces: [],
        events: [
          {
            at: record.at,
            kind: "deleted",
            queueId: "7",
            recipient: "anna@example.org",
            detail: { transport: "sink", code, reply, gaveUp },
          },
        ],
      },
      (id) => id,
    );
  expect(sentence(0, "deleted by the delivery flow")).toBe("Thrown away by the delivery flow.");
  expect(sentence(451, "451 4.7.1 later")).toBe(
    "Thrown away by the delivery flow after the answer: 451 4.7.1 later",
  );
  expect(sentence(451, "451 4.7.1 later", "too old")).toBe(
    "Given up (too old) and discarded, as the transport ‘sink’ says; the last answer: 451 4.7.1 later",
  );
});

test("a message whose recipients fared differently is counted by outcome", () => {
  const mixed = {
    ...record,
    outcome: "mixed" as const,
    recipients: ["a@example.org", "b@example.org"],
    recipientOutcomes: {
      "a@example.org": "delivered" as const,
      "b@example.org": "bounced" as const,
    },
  };
  expect(verdictSentence({ record: mixed, traces: [], events: [] }, (id) => id)).toBe(
    "Its recipients fared differently: 1 delivered, 1 bounced.",
  );
});
