import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import { filterProblem } from "../../flows/host/ldap-filter.ts";
import { directoryProblems } from "./directories.ts";

const rulesOf = (directory: object): (readonly [unknown, string])[] =>
  directoryProblems(
    Settings.parse({ directories: { main: { servers: ["ldap.example.org"], ...directory } } }),
    { checkFilter: filterProblem },
  ).map(({ field, rule }) => [field?.[0], rule]);

test("a filter that cannot be read is an error where it is set", () => {
  for (const filter of ["", "(mail=%s", "(mail=%s))", "(mail)"]) {
    expect([filter, rulesOf({ query: filter })]).toEqual([filter, [["query", "filter"]]]);
    if (filter !== "")
      expect([filter, rulesOf({ userQuery: filter })]).toEqual([filter, [["userQuery", "filter"]]]);
  }
});

test("one without a place for the value finds anybody, so it is refused", () => {
  expect(rulesOf({ query: "(mail=*)" })).toEqual([["query", "filter-value"]]);
  expect(rulesOf({ userQuery: "(uid=bob)" })).toEqual([["userQuery", "filter-value"]]);
});

test("the usual ones are in order", () => {
  expect(rulesOf({})).toEqual([]);
  expect(
    rulesOf({
      query: "(|(proxyAddresses=smtp:%s)(proxyAddresses=SMTP:%s))",
      userQuery:
        "(&(objectClass=user)(sAMAccountName=%s)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))",
    }),
  ).toEqual([]);
});
