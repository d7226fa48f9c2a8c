import { check, coreLibrary, fullMessage, parse } from "@sluice/hsl";
import { describe, expect, it } from "vitest";
import { environmentFor, hostFunctions } from "./environment.ts";
import { flowKinds } from "./flow.ts";
import { flowKindDefinitions } from "./flows/flow-kinds.ts";
import { serviceNames } from "./services.ts";
import { templateNames } from "./template.ts";

it("gives no function of the core library a second meaning", () => {
  const hosts = hostFunctions.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  expect(hosts.filter((name) => coreLibrary.signatures.has(name))).toEqual([]);
  expect(new Set(hosts).size).toBe(hosts.length);
});

it("asks only for services that exist", () => {
  for (const { name, uses } of hostFunctions) {
    for (const service of uses) expect(serviceNames, name).toContain(service);
  }
});

it("says of functions that are not there what to use instead", () => {
  const told = (kind: (typeof flowKinds)[number], text: string): string[] =>
    check(parse(text).program, environmentFor(kind)).map(fullMessage);
  expect(told("content", "if (count(ScanKAV()) > 0) Reject();")).toEqual([
    "There is no function `ScanKAV` here. It asks a commercial engine that is no part of Sluice. Use ScanCLAM().",
  ]);
  expect(told("content", "function ScanRPD() { return 0; } echo ScanRPD();")).toEqual([]);
});

describe.each(flowKinds)("%s", (kind) => {
  const { variables, actions, end, unchecked, title } = flowKindDefinitions[kind];

  it("names each variable and action once, with words", () => {
    const names = [...variables.map(({ name }) => `$${name}`), ...actions.map(({ name }) => name)];
    expect(new Set(names).size).toBe(names.length);
    for (const { name, help } of variables) expect(help, `$${name}`).toMatch(/^[A-Z`'"1].*[.]$/);
    for (const { name, summary } of actions) expect(summary, name).toMatch(/^[A-Z].*\.$/);
    for (const { name, parameters } of [...hostFunctions, ...actions]) {
      for (const { help } of parameters) expect(help, name).toMatch(/\S.*[.]$/);
      const optional = parameters.map((each) => each.optional === true);
      expect(
        optional.toSorted((a, b) => Number(a) - Number(b)),
        name,
      ).toEqual(optional);
    }
  });

  it("knows how it ends", () => {
    expect(title).not.toBe("");
    for (const { script, words } of [end, unchecked]) {
      expect(script).toMatch(/;$/);
      expect(words).not.toBe("");
    }
  });

  it("lets no secret into templates", () => {
    const secrets = variables.filter(({ secret }) => secret === true).map(({ name }) => name);
    const names = templateNames(kind);
    expect(secrets.filter((name) => names.has(name))).toEqual([]);
  });

  it("has all functions in one place", () => {
    const { functions } = environmentFor(kind);
    for (const name of ["count", "in_file", "http", ...actions.map((action) => action.name)]) {
      expect(functions.has(name), name).toBe(true);
    }
  });
});
