import fc from "fast-check";
import { expect, test } from "vitest";
import { parseQuery } from "./search-query.ts";

const now = new Date("2026-03-10T12:00:00Z");
const condition = (text: string) => {
  const parsed = parseQuery(text, now);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return [parsed.condition.text, ...parsed.condition.values];
};
const problem = (text: string) => {
  const parsed = parseQuery(text, now);
  return parsed.ok ? null : [parsed.problem.message, parsed.problem.start, parsed.problem.end];
};

test.each([
  ["", ["true"]],
  ["from:Ann@Example.com", ["terms @> ARRAY[$1]", "from:ann@example.com"]],
  ["to:@example.org", ["terms @> ARRAY[$1]", "to:@example.org"]],
  ["from:<>", ["terms @> ARRAY[$1]", "from:"]],
  ["from:~news_", ["sender ILIKE $1", "%news\\_%"]],
  ["outcome:rejected stage:rcpt", ["(outcome = $1 AND stage = $2)", "rejected", "rcpt"]],
  [
    "outcome:rejected or outcome:blocked",
    ["(outcome = $1 OR outcome = $2)", "rejected", "blocked"],
  ],
  ["-from:a@b.c", ["NOT coalesce(terms @> ARRAY[$1], false)", "from:a@b.c"]],
  [
    "not (size>10MB and size<1g)",
    ["NOT coalesce((size > $1 AND size < $2), false)", 10_000_000, 1_000_000_000],
  ],
  ["ip:192.0.2.0/24", ["client_address <<= $1::inet", "192.0.2.0/24"]],
  ["ip:2001:DB8::1", ["terms @> ARRAY[$1]", "ip:2001:db8::1"]],
  ['subject:"two words"', ["subject ILIKE $1", "%two words%"]],
  ['subject:~"say \\"hi\\""', ["subject ILIKE $1", '%say "hi"%']],
  ["after:2h", ["at >= $1", new Date("2026-03-10T10:00:00Z")]],
  ["before:2026-03-01", ["at < $1", new Date("2026-03-01T00:00:00Z")]],
  ["after:2026-03-01T08:30", ["at >= $1", new Date("2026-03-01T08:30:00Z")]],
  ["bob@example.org", ["terms && ARRAY[$1, $2]", "from:bob@example.org", "to:bob@example.org"]],
  ["a:b", null],
])("%s", (text, expected) => {
  if (expected === null) expect(problem(text)).not.toBeNull();
  else expect(condition(text)).toEqual(expected);
});

test.each([
  ["nonsense:x", 0, 8],
  ["from:a@b outcome:lost", 17, 21],
  ["size>big", 5, 8],
  ["after:yesterday", 6, 15],
  ['subject:"open', 8, 13],
  ["(from:a@b", 0, 1],
  ["from:a@b )", 9, 10],
  ["from:", 0, 5],
  ["or", 0, 2],
  ["ip:300.1.1.1", 3, 12],
  ["from>5", 0, 6],
])("says where %s is wrong", (text, start, end) => {
  expect(problem(text)?.slice(1)).toEqual([start, end]);
});

test("whatever is typed, nothing of it becomes SQL", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."abz:<>=~()\"'\\-;%_ $1,@.orand/") }),
      (text) => {
        const parsed = parseQuery(text, now);
        if (!parsed.ok) {
          expect(parsed.problem.end).toBeGreaterThanOrEqual(parsed.problem.start);
          return;
        }
        const bare = parsed.condition.text.replace(/'(?: |)'/g, "");
        expect(bare).toMatch(/^[A-Za-z0-9_ ()$@><=&,:[\]]*$/);
        expect(bare.match(/\$\d+/g) ?? []).toHaveLength(
          (parsed.condition.text.match(/\$\d+/g) ?? []).length,
        );
      },
    ),
    { numRuns: 2000 },
  );
});
