import { expect, test } from "vitest";
import { safeNext } from "./after-sign-in.ts";

test("a sign-in leads back to the page that was asked for", () => {
  expect(safeNext("/flows/spf?node=a")).toBe("/flows/spf?node=a");
});

test.each([
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "",
  "/sign-in",
])("a sign-in never leads to %s", (next) => {
  expect(safeNext(next)).toBe("/");
});
