import { parseMailbox } from "@sluice/mail-syntax";
import { expect, test } from "vitest";
import { restoreSender, rewriteSender, tokenSender } from "./srs.ts";

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

test("what would be too long an address gets a token, always the same, that expires as others do", () => {
  const long = `${"a".repeat(50)}@source.example`;
  expect(rewriteSender(long, at("fwd.example"))).toBeNull();
  const { address, token } = tokenSender(long, at("fwd.example"));
  expect(address).toMatch(/^SRS0=[A-Za-z0-9+/]{4}=RA=-=[A-Z2-7]{24}@fwd\.example$/);
  expect(parseMailbox(address)).not.toBeNull();
  expect(restoreSender(address.toLowerCase(), at("fwd.example"))).toEqual({ kind: "kept", token });
  expect(tokenSender(long, at("fwd.example", 21, new Date(0))).token).toBe(token);
  expect(tokenSender(`b${long}`, at("fwd.example")).token).not.toBe(token);
  const late = new Date(now.getTime() + 22 * 86_400_000);
  expect(restoreSender(address, at("fwd.example", 21, late)).kind).toBe("expired");
  expect(restoreSender(address.replace(token, "A".repeat(24)), at("fwd.example"))).toEqual({
    kind: "forged",
  });
  // and the next forwarder can shorten it further
  const second = rewriteSender(address, at("second.example")) ?? "";
  expect(restoreSender(second, at("second.example"))).toEqual({ kind: "restored", address });
});

test("a local part that needs quotes comes back as it was", () => {
  const quoted = '"a b"@source.example';
  const rewritten = rewriteSender(quoted, at("fwd.example")) ?? "";
  expect(restoreSender(rewritten, at("fwd.example"))).toEqual({
    kind: "restored",
    address: quoted,
  });
});
