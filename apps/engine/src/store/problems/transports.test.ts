import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import type { Surroundings } from "./problem.ts";
import { transportProblems } from "./transports.ts";

const surroundings = { checkDestination: () => null } as unknown as Surroundings;
const rulesOf = (transport: object): string[] =>
  transportProblems(
    Settings.parse({ transports: { next: { destination: "mx.example.org", ...transport } } }),
    surroundings,
  ).map(({ rule }) => rule);

const account = { user: "gateway", password: { secret: "stored" } };

test("a password that would never be sent is an error where it is set", () => {
  for (const mode of ["none", "optional", "require"]) {
    expect(rulesOf({ ...account, tls: { mode } })).toEqual(["sign-in-unverified"]);
    expect(rulesOf({ ...account, tls: { mode }, authWithoutTls: true })).toEqual([]);
  }
  expect(rulesOf({ ...account, tls: { mode: "require", certificate: "theirs" } })).toEqual([]);
  for (const mode of ["require-verify", "optional-verify", "dane", "mta-sts"])
    expect(rulesOf({ ...account, tls: { mode } })).toEqual([]);
  expect(rulesOf({ tls: { mode: "optional" } })).toEqual([]);
});

test("a user name without a password cannot sign in", () => {
  expect(rulesOf({ user: "gateway", tls: { mode: "require-verify" } })).toEqual([
    "sign-in-password",
  ]);
});
