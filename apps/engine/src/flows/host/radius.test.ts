/** RADIUS packets against the example of RFC 2865 §7.1. */
import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { accessRequest, hiddenPassword, readAnswer } from "./radius.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const secret = Buffer.from("xyzzy5461");
const authenticator = hex("0f 40 3f 94 73 97 80 57 bd 83 d5 cb 98 f4 22 7a");
const accept = hex(
  "02 00 00 26 86 fe 22 0e 76 24 ba 2a 10 05 f6 bf 9b 55 e0 b2 06 06 00 00 00 01 0f 06 00 00 00 00 0e 06 c0 a8 01 03",
);
const request = { id: 0, authenticator, secret };

test("hides the password as the standard shows", () => {
  expect(hiddenPassword(Buffer.from("arctangent"), secret, authenticator)).toEqual(
    hex("0d be 70 8d 93 d4 13 ce 31 96 e4 3f 78 2a 0a ee"),
  );
  expect(hiddenPassword(Buffer.alloc(17, 1), secret, authenticator)).toHaveLength(32);
});

test("knows the standard's answer, and that it has no Message-Authenticator", () => {
  expect(readAnswer(accept, request)).toEqual({ code: 2, isAuthenticated: false });
});

test("takes no answer that was touched, cut or meant for another request", () => {
  for (let at = 0; at < accept.length; at++) {
    const touched = Buffer.from(accept);
    touched[at] = (touched[at] ?? 0) ^ 1;
    expect(readAnswer(touched, request), `byte ${at}`).toBeNull();
    expect(readAnswer(accept.subarray(0, at), request), `${at} bytes`).toBeNull();
  }
  expect(readAnswer(accept, { ...request, secret: Buffer.from("other") })).toBeNull();
  expect(readAnswer(accept, { ...request, id: 1 })).toBeNull();
});

/** An answer with the attributes, signed by the secret; 80 is filled in where it stands. */
const signed = (attributes: Buffer): Buffer => {
  const packet = Buffer.concat([Buffer.from([2, 0, 0, 0]), authenticator, attributes]);
  packet.writeUInt16BE(packet.length, 2);
  for (let at = 20; at < packet.length; at += packet[at + 1] ?? 2) {
    if (packet[at] === 80 && packet[at + 2] === 0) {
      packet.set(createHmac("md5", secret).update(packet).digest(), at + 2);
    }
  }
  packet.set(createHash("md5").update(packet).update(secret).digest(), 4);
  return packet;
};

test("checks the Message-Authenticator, wherever it stands", () => {
  const blank = Buffer.concat([Buffer.from([80, 18]), Buffer.alloc(16)]);
  const service = hex("06 06 00 00 00 01");
  expect(readAnswer(signed(blank), request)).toEqual({ code: 2, isAuthenticated: true });
  expect(readAnswer(signed(Buffer.concat([service, blank])), request)?.isAuthenticated).toBe(true);
  const forged = Buffer.concat([Buffer.from([80, 18]), Buffer.alloc(16, 7)]);
  expect(readAnswer(signed(forged), request)).toBeNull();
  expect(readAnswer(signed(Buffer.concat([blank, blank])), request)).toBeNull();
  expect(readAnswer(signed(hex("50 02")), request)).toBeNull();
});

test("a request begins with its Message-Authenticator", () => {
  const packet = accessRequest(
    {
      ...{ secret, user: Buffer.from("nemo"), password: Buffer.from("arctangent") },
      ...{ identifier: "gateway.test", clientAddress: "192.0.2.1", needsAuthenticator: true },
      vendor: { id: 33_234, strings: new Map([[3, Buffer.from("x")]]) },
    },
    7,
    authenticator,
  );
  expect([...packet.subarray(0, 2), packet.readUInt16BE(2)]).toEqual([1, 7, packet.length]);
  expect([...packet.subarray(20, 22)]).toEqual([80, 18]);
  const blank = Buffer.from(packet);
  blank.fill(0, 22, 38);
  expect(packet.subarray(22, 38)).toEqual(createHmac("md5", secret).update(blank).digest());
  expect(packet.toString("latin1")).not.toContain("arctangent");
  expect(packet.subarray(-9)).toEqual(hex("1a 09 00 00 81 d2 03 03 78"));
});
