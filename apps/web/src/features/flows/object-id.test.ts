import { ObjectId } from "@sluice/flow-schema";
import { expect, test } from "vitest";
import { idFromTitle } from "./object-id.ts";

test.each([
  ["SPF and Recipient", "spf-and-recipient"],
  ["Größe & Länge!", "gro-e-la-nge"],
  ["   ", "flow"],
])("%j becomes an id that is allowed", (title, id) => {
  expect(idFromTitle(title, new Set())).toBe(id);
  expect(ObjectId.safeParse(id).success).toBe(true);
});

test("an id that is taken gets a number", () => {
  expect(idFromTitle("Default", new Set(["default", "default-2"]))).toBe("default-3");
});
