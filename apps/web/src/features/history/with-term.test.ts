import { expect, test } from "vitest";
import { withTerm } from "./with-term.ts";

test("a term is added to what was asked", () => {
  expect(withTerm("", "outcome", "rejected")).toBe("outcome:rejected");
  expect(withTerm("from:@example.org", "outcome", "rejected")).toBe(
    "from:@example.org outcome:rejected",
  );
});

test("a second outcome takes the place of the first", () => {
  expect(withTerm('outcome:queued subject:"two words"', "outcome", "rejected")).toBe(
    'subject:"two words" outcome:rejected',
  );
  expect(withTerm("a -outcome:mixed b", "outcome", "deleted")).toBe("a b outcome:deleted");
});
