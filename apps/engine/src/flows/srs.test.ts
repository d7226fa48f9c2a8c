import { expect, test } from "vitest";
import { restoreSender, rewriteSender } from "./srs.ts";

// the addresses are those that Mail::SRS 0.31 makes with the same key on the same day
const now = new Date(20_000 * 86_400_000);
const key = "tester";
const at = (domain: string, days = 21, date = now) => ({ key, domain, days, now: date });
const first = "SRS0=slW2=RA=source.example=alice@fwd.example";
const second = "SRS1=CbM1=fwd.example==slW2=RA=source.example=alice@second.example";

test("an address is rewritten to the known form", () => {
  expect(rewriteSender("alice@source.example", at("fwd.example"))).toBe(first);
});

test("a rewritten address becomes SRS1, and stays it at the third forwarder", () => {
  expect(rewriteSender(first, at("second.example"))).toBe(second);
  expect(rewriteSender(second, at("third.example"))).toBe(
    second.replace("@second.example", "@third.example"),
  );
});

test("a bounce finds its way back, one forwarder after the other", () => {
  expect(restoreSender(second, at("second.example"))).toEqual({ kind: "restored", address: first });
  expect(restoreSender(first, at("fwd.example"))).toEqual({
    kind: "restored",
    address: "alice@source.example",
  });
});

test.each([
  first.toLowerCase(),
  first.toUpperCase().replace("FWD.EXAMPLE", "fwd.example"),
  first.replace("SRS0=", "SRS0+"),
])("what relays do to case and separator does no harm: %s", (address) => {
  expect(restoreSender(address, at("fwd.example"))).toMatchObject({ kind: "restored" });
});

test.each([
  first.replace("slW2", "slW3"),
  first.replace("alice", "mallory"),
  first.replace("source.example", "other.example"),
  first.replace("=RA=", "=RB="),
  "SRS0=@fwd.example",
  "SRS0=slW2=RA@fwd.example",
  second.replace("CbM1", "AAAA").replace("@second", "@fwd"),
  second.replace("=fwd.example=", "=evil.example=").replace("@second", "@fwd"),
])("an address that somebody made up leads nowhere: %s", (address) => {
  expect(restoreSender(address, at("fwd.example"))).toEqual({ kind: "forged" });
});

test("an address expires, even where the days come round", () => {
  const after = (days: number) => new Date(now.getTime() + days * 86_400_000);
  expect(restoreSender(first, at("fwd.example", 21, after(21))).kind).toBe("restored");
  expect(restoreSender(first, at("fwd.example", 21, after(22))).kind).toBe("expired");
  expect(restoreSender(first, at("fwd.example", 21, after(-1))).kind).toBe("expired");
});

test.each(["alice@fwd.example", "srs@fwd.example", first.replace("@fwd", "@else"), "", "no"])(
  "other addresses are none of ours: %s",
  (address) => {
    expect(restoreSender(address, at("fwd.example"))).toEqual({ kind: "none" });
  },
);

test("what would be too long an address is not rewritten", () => {
  expect(rewriteSender(`${"a".repeat(50)}@source.example`, at("fwd.example"))).toBeNull();
});

test("a local part that needs quotes comes back as it was", () => {
  const quoted = '"a b"@source.example';
  const rewritten = rewriteSender(quoted, at("fwd.example")) ?? "";
  expect(restoreSender(rewritten, at("fwd.example"))).toEqual({
    kind: "restored",
    address: quoted,
  });
});
