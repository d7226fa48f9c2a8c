import { expect, it } from "vitest";
import { buildDeliveryStatus, parseDeliveryStatus } from "./delivery-status.ts";

const report = {
  reportingMta: "mx.example.org",
  originalEnvelopeId: "QQ314159",
  arrival: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
  recipients: [
    {
      originalRecipient: "rfc822;joe@example.com",
      finalRecipient: "joe@example.net",
      action: "failed",
      status: "5.1.1",
      remoteMta: "mail.example.net",
      diagnosticCode: "550-5.1.1 no\r\n550 5.1.1 such user",
    },
    { finalRecipient: "jö@example.net", action: "delayed", status: "4.4.1" },
  ],
} as const;

it("writes the groups of RFC 3464", () => {
  expect(buildDeliveryStatus(report)).toBe(
    [
      "Original-Envelope-Id: QQ314159",
      "Reporting-MTA: dns; mx.example.org",
      "Arrival-Date: Fri, 2 Jan 2026 03:04:05 +0000",
      "",
      "Original-Recipient: rfc822;joe@example.com",
      "Final-Recipient: rfc822; joe@example.net",
      "Action: failed",
      "Status: 5.1.1",
      "Remote-MTA: dns; mail.example.net",
      "Diagnostic-Code: smtp; 550-5.1.1 no 550 5.1.1 such user",
      "",
      "Final-Recipient: utf-8; j\xc3\xb6@example.net",
      "Action: delayed",
      "Status: 4.4.1",
      "",
    ].join("\r\n"),
  );
});

it("reads what it wrote", () => {
  const { message, recipients } = parseDeliveryStatus(buildDeliveryStatus(report));
  expect(message.get("reporting-mta")).toBe("dns; mx.example.org");
  expect(recipients.map((fields) => fields.get("status"))).toEqual(["5.1.1", "4.4.1"]);
});
