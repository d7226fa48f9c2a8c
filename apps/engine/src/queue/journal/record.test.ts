import fc from "fast-check";
import { expect, test } from "vitest";
import { plainEnvelope } from "../../../test/support/plain-envelope.ts";
import type { Storable } from "../storable.ts";
import { decodeFile, type Ended, encodeGroup } from "./record.ts";

const at = new Date("2030-01-02T03:04:05.678Z");

const message = (number: number, body: Buffer): Storable => ({
  messageId: `message-${number}`,
  size: body.length,
  held: [],
  bodies: [{ bodyId: `body-${number}`, bytes: body, source: null }],
  entries: [
    {
      ...{ queue: "outgoing", queueId: `${number}`, messageId: `message-${number}` },
      ...{ bodyId: `body-${number}`, sender: "", recipient: "grüße@example.org", domain: null },
      ...{ transport: "internal", nextHop: "internal", size: body.length, revision: 7 },
      ...{ delaySeconds: 0, isTaken: true, listener: "inbound", receivedAt: at },
      envelope: plainEnvelope,
    },
  ],
  record: {
    ...{
      messageId: `message-${number}`,
      at,
      outcome: "queued",
      stage: "data",
      listener: "inbound",
    },
    ...{ clientAddress: "192.0.2.1", helo: "client", signIn: null, sender: "", subject: "✉" },
    ...{
      recipients: ["grüße@example.org"],
      size: body.length,
      revision: 7,
      flow: null,
      node: null,
    },
    ...{ reply: "250 OK", traces: [] },
    events: [{ at, kind: "message-accepted", queueId: null, recipient: null, detail: {} }],
  },
});

const end = (number: number): Ended => ({
  queueId: `${number}`,
  messageId: `message-${number}`,
  recipient: "grüße@example.org",
  outcome: "delivered",
  event: {
    ...{ at, kind: "attempt-delivered", queueId: `${number}`, recipient: null },
    detail: { reply: "250" },
  },
});

const written = (...groups: Parameters<typeof encodeGroup>[0][]): Buffer =>
  Buffer.concat(groups.flatMap(encodeGroup));

test("what is written is read again", () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 });
  fc.assert(
    fc.property(fc.array(bodies, { maxLength: 5 }), (groups) => {
      let number = 0;
      const all = groups.map((group) => ({
        messages: group.map((body) => message(++number, Buffer.from(body))),
        ended: [end(number)],
      }));
      expect(decodeFile(written(...all))).toEqual({
        messages: all.flatMap(({ messages }) => messages),
        ended: all.flatMap(({ ended }) => ended),
        damagedBytes: 0,
      });
    }),
  );
});

const first = { messages: [message(1, Buffer.from("SLJ1 one"))], ended: [] };
const second = { messages: [message(2, Buffer.from("two"))], ended: [end(1)] };
const third = { messages: [message(3, Buffer.from("three"))], ended: [end(2)] };

test("a record that a crash cut off is no message, wherever the cut is", () => {
  const whole = written(first).length;
  const file = written(first, second);
  for (let length = whole; length < file.length; length++) {
    const { messages, damagedBytes } = decodeFile(file.subarray(0, length));
    expect(messages.map(({ messageId }) => messageId)).toEqual(["message-1"]);
    expect(damagedBytes).toBe(0);
  }
});

test("a damaged record is told, and takes no other with it", () => {
  const start = written(first).length;
  const length = written(second).length;
  const file = written(first, second, third);
  for (let place = start; place < start + length; place++) {
    const damaged = Buffer.from(file);
    damaged.writeUInt8(damaged.readUInt8(place) ^ 0x5a, place);
    const read = decodeFile(damaged);
    expect(read.messages.map(({ messageId }) => messageId)).toEqual(["message-1", "message-3"]);
    expect(read.damagedBytes).toBe(length);
  }
});
