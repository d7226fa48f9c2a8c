import { objectSchemas } from "@sluice/settings";
import { expect, test } from "vitest";
import { issuesOf } from "./field-messages.ts";

const issues = (kind: "listener" | "transport", value: unknown) => {
  const parsed = objectSchemas[kind].safeParse(value);
  return parsed.success ? [] : issuesOf(parsed.error);
};

test("a number out of range says which number to take", () => {
  expect(issues("listener", { port: 0 })).toEqual([
    { path: ["port"], message: "Take at least 1." },
  ]);
  expect(issues("listener", { port: 70_000 })).toEqual([
    { path: ["port"], message: "Take at most 65535." },
  ]);
});

test("what is missing asks to be filled in", () => {
  expect(issues("transport", {})).toEqual([{ path: ["destination"], message: "Fill this in." }]);
});

test("a message written for the field stands", () => {
  expect(issues("transport", { destination: "lookup-mx", fallback: "Not An Id" })).toEqual([
    { path: ["fallback"], message: "Use small letters, digits, dots and dashes." },
  ]);
});
