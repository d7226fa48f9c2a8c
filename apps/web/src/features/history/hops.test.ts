import { expect, test } from "vitest";
import { hopsOf } from "./hops.ts";

const received = (value: string) => ({ name: "Received", value });

test("hops are told from the first server on, with what each waited", () => {
  const hops = hopsOf([
    received(
      "from mx.example.org (198.51.100.7) by in.example.com with ESMTPS id 5; Tue, 24 Nov 2026 16:00:42 +0000 (UTC)",
    ),
    { name: "Subject", value: "by the way; from here" },
    received(
      "from laptop ([192.0.2.1])\r\n\tby mx.example.org with ESMTPSA id 4; Tue, 24 Nov 2026 17:00:12 +0100",
    ),
  ]);
  expect(hops).toEqual([
    {
      from: "laptop ([192.0.2.1])",
      by: "mx.example.org",
      with: "ESMTPSA",
      at: new Date("2026-11-24T16:00:12Z"),
      delay: null,
    },
    {
      from: "mx.example.org (198.51.100.7)",
      by: "in.example.com",
      with: "ESMTPS",
      at: new Date("2026-11-24T16:00:42Z"),
      delay: 30,
    },
  ]);
});

test("a field without a time is a hop all the same", () => {
  expect(hopsOf([received("by mail.example.org; soon")])).toEqual([
    { from: null, by: "mail.example.org", with: null, at: null, delay: null },
  ]);
});
