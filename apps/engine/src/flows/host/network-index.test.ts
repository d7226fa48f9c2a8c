import fc from "fast-check";
import { expect, test } from "vitest";
import { buildNetworkIndex, type NetworkIndex } from "./network-index.ts";

const small = (text: string): NetworkIndex => {
  const index = buildNetworkIndex(Buffer.from(text));
  if (index instanceof Promise) throw new Error("a short list is read at once");
  return index;
};

test("addresses, networks and ranges of both families are found, remarks are not read", () => {
  const index = small(
    "\ufeff192.0.2.1 // office\r\n\r\n# partners\n198.51.100.0/24\n203.0.113.5-203.0.113.9 # five\n2001:db8::/32\n//192.0.2.2\n",
  );
  for (const address of [
    "192.0.2.1",
    "198.51.100.255",
    "203.0.113.5",
    "203.0.113.9",
    "2001:db8:1::1",
  ])
    expect([address, index.has(address)]).toEqual([address, true]);
  for (const address of ["192.0.2.2", "198.51.101.0", "203.0.113.10", "2001:db9::", "::1", "x", ""])
    expect([address, index.has(address)]).toEqual([address, false]);
  expect(index.unread).toBe(0);
});

test("a line that is none counts for nothing and is counted", () => {
  const index = small("192.0.2.1\n0.0.0.0/33\nexample.org\n192.0.2.9-192.0.2.1\n");
  expect(index.unread).toBe(3);
  expect([index.has("192.0.2.1"), index.has("192.0.2.5")]).toEqual([true, false]);
});

test("whatever overlaps, an address is in the list exactly when one of its lines holds it", () => {
  const byte = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(fc.array(fc.tuple(byte, byte), { maxLength: 12 }), byte, (ranges, wanted) => {
      const lines = ranges.map(([a, b]) => `192.0.2.${Math.min(a, b)}-192.0.2.${Math.max(a, b)}`);
      const isThere = ranges.some(([a, b]) => Math.min(a, b) <= wanted && wanted <= Math.max(a, b));
      expect(small(lines.join("\n")).has(`192.0.2.${wanted}`)).toBe(isThere);
    }),
  );
});

test("a long list is read a little at a time, and whole", async () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `10.${index >> 8}.${index & 255}.1`);
  const building = buildNetworkIndex(Buffer.from(lines.join("\n")));
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const index = await building;
  clearInterval(counting);
  expect(turns).toBeGreaterThan(0); // others had their turn
  expect([index.has("10.195.79.1"), index.has("10.195.79.2")]).toEqual([true, false]);
});
