import { expect, test } from "vitest";
import { checkCertificate } from "./certificate-check.ts";
import { makeRequest, makeSelfSigned } from "./certificate-making.ts";

const now = new Date("2026-11-24T12:00:00Z");
const own = await makeSelfSigned(["mx.example.org"], now);
const other = await makeSelfSigned(["other.example"], now);
const { request } = await makeRequest(["mx.example.org"]);

test("a certificate and its key are taken, in one text or in two", () => {
  for (const [certificate, key] of [
    [own.certificate, own.privateKey],
    [`${own.privateKey}\n${own.certificate}`, ""],
    [`Bag Attributes\n${own.certificate.replaceAll("\n", "\r\n")}`, own.privateKey],
  ] as const) {
    expect(checkCertificate(certificate, key, now)).toMatchObject({
      kind: "good",
      certificate: own.certificate,
      privateKey: own.privateKey,
      notes: [expect.stringContaining("signed by itself")],
    });
  }
});

test("without a key it is another server's", () => {
  expect(checkCertificate(own.certificate, "", now)).toMatchObject({
    kind: "good",
    privateKey: null,
  });
});

test("the certificate of the key is found among others", () => {
  const both = other.certificate + own.certificate;
  expect(checkCertificate(both, own.privateKey, now)).toMatchObject({
    kind: "good",
    certificate: own.certificate,
    notes: [expect.stringContaining("itself"), expect.stringContaining("left out")],
  });
});

test("an expired one is taken with a word about it", () => {
  const later = new Date("2031-01-01T00:00:00Z");
  const checked = checkCertificate(own.certificate, own.privateKey, later);
  expect(checked.kind === "good" ? checked.notes.join(" ") : "").toMatch(/has expired on 2029/);
});

test.each([
  ["", "", "certificate", /no certificate/],
  ["hello", "", "certificate", /no certificate in PEM/],
  [request ?? "", "", "certificate", /request/],
  [own.privateKey, "", "certificate", /private key without its certificate/],
  ["-----BEGIN PKCS7-----\nAA==\n-----END PKCS7-----", "", "certificate", /PKCS #7/],
  [own.certificate.split("\n").slice(0, 4).join("\n"), "", "certificate", /cut off/],
  [own.certificate.replace(/\n.{10}/, "\nAAAAAAAAAA"), "", "certificate", /damaged/],
  [own.certificate, other.privateKey, "privateKey", /belongs to another .*mx\.example\.org/],
  [own.certificate, "hello", "privateKey", /no private key in PEM/],
  [own.certificate, "-----BEGIN PUBLIC KEY-----\n", "privateKey", /public key/],
  [
    own.certificate,
    own.privateKey.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"),
    "privateKey",
    /password/,
  ],
  [own.certificate, own.privateKey.replace(/\n.{10}/, "\nAAAAAAAAAA"), "privateKey", /damaged/],
])("what is wrong is named, at its field (%#)", (certificate, key, field, why) => {
  expect(checkCertificate(certificate, key, now)).toEqual({
    kind: "wrong",
    field,
    why: expect.stringMatching(why),
  });
});
