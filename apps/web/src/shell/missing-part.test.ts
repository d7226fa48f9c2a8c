import { expect, test } from "vitest";
import { isPartMissing } from "./missing-part.ts";

test.each([
  "Failed to fetch dynamically imported module: http://mx.example.org/assets/quarantine-page-1a.js",
  "error loading dynamically imported module: http://mx.example.org/assets/log-page-1a.js",
  "Importing a module script failed.",
  "Unable to preload CSS for http://mx.example.org/assets/side-panel-DVY.css",
])("a part that did not come is known by %s", (message) => {
  expect(isPartMissing(new TypeError(message))).toBe(true);
});

test("another mistake is not taken for it", () => {
  expect(isPartMissing(new TypeError("undefined is not a function"))).toBe(false);
  expect(isPartMissing("text")).toBe(false);
});
