import { blocks } from "@sluice/blocks/definitions";
import { expect, test } from "vitest";
import { searchBlocks } from "./search-blocks.ts";

const found = (query: string) =>
  searchBlocks(blocks, "recipient", query).here.map(({ type }) => type);

test("a block is found by its title, and by words a postmaster has for it", () => {
  expect(found("spf")[0]).toBe("spf");
  expect(found("active directory")).toContain("ldap-recipient");
  expect(found("550")).toContain("reject");
});

test("all words must fit", () => {
  expect(found("ldap nonsense")).toEqual([]);
});

test("blocks of other stages are kept apart", () => {
  const { here, elsewhere } = searchBlocks(blocks, "recipient", "quarantine");
  expect(here.map(({ type }) => type)).not.toContain("quarantine");
  expect(elsewhere.map(({ type }) => type)).toContain("quarantine");
});
