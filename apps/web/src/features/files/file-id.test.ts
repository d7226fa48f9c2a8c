import { expect, test } from "vitest";
import { fileId } from "./file-id.ts";

test("an id is made of what a name has", () => {
  expect(fileId("Known Users.txt")).toBe("known-users.txt");
  expect(fileId("..")).toBe("file");
  expect(fileId(`${"x".repeat(63)}.txt`)).toBe("x".repeat(63));
});
