import { expect, test } from "vitest";
import { coreLibrary, coreSignatures } from "../../src/index.ts";

test("the table of signatures says what the library does (pnpm generate:signatures writes it)", () => {
  expect([...coreSignatures]).toEqual([...coreLibrary.signatures]);
});
