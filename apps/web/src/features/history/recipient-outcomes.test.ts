import { expect, test } from "vitest";
import type { MessageEvent, MessageView } from "../flow-editor/trace/trace-types.ts";
import { recipientOutcomes } from "./recipient-outcomes.ts";

const event = (
  kind: MessageEvent["kind"],
  recipient: string | null,
  detail: MessageEvent["detail"] = {},
): MessageEvent => ({ at: "2026-11-24T09:04:12.000Z", kind, queueId: null, recipient, detail });

const record = (part: Partial<MessageView["record"]>): MessageView["record"] => ({
  messageId: "0d6c1d4e-5a2b-4a57-9d5f-2f6d3c1b7a90",
  at: "2026-11-24T09:04:12.000Z",
  outcome: "mixed",
  stage: "data",
  listener: "inbound",
  clientAddress: "198.51.100.7",
  helo: "h",
  signIn: null,
  sender: "bob@partner.example",
  recipientOutcomes: {},
  recipients: ["a@example.org", "b@example.org", "c@example.org"],
  subject: "",
  size: 10,
  revision: 1,
  flow: null,
  node: null,
  reply: "250 ok",
  ...part,
});

const said = (view: Pick<MessageView, "record" | "events">): Record<string, string> =>
  Object.fromEntries(recipientOutcomes(view).map(({ recipient, outcome }) => [recipient, outcome]));

test("each recipient has the outcome of its own, with what was said last about it", () => {
  const view = {
    record: record({ recipientOutcomes: { "a@example.org": "delivered" } }),
    events: [
      event("recipient-accepted", "a@example.org"),
      event("recipient-accepted", "b@example.org"),
      event("recipient-rejected", "c@example.org", { reply: "550 5.7.1 No such user" }),
      event("attempt-deferred", "b@example.org", { reply: "450 4.3.0 busy" }),
    ],
  };
  expect(said(view)).toEqual({
    "a@example.org": "delivered",
    "b@example.org": "queued",
    "c@example.org": "rejected",
  });
  expect(recipientOutcomes(view)[1]?.reply).toBe("450 4.3.0 busy");
});

test("one that was refused at RCPT is not called delivered because the others were", () => {
  const view = {
    record: record({ outcome: "delivered" }),
    events: [
      event("recipient-accepted", "a@example.org"),
      event("recipient-rejected", "b@example.org"),
      event("recipient-accepted", "c@example.org"),
    ],
  };
  expect(said(view)).toEqual({
    "a@example.org": "delivered",
    "b@example.org": "rejected",
    "c@example.org": "delivered",
  });
});
