import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import type { z } from "zod";
import { fileProblems } from "./files.ts";
import { listenerProblems } from "./listeners.ts";
import { transportProblems } from "./transports.ts";

type Draft = z.input<typeof Settings>;

const listenerRules = (settings: Draft): string[] =>
  listenerProblems(Settings.parse(settings)).map(
    ({ id, severity, rule }) => `${id}: ${severity} ${rule}`,
  );

const surroundings = {
  blocks: new Map(),
  compileFlow: () => ({ problems: [] }) as never, // no flow here
  secrets: new Set<string>(),
  files: new Set(["1".repeat(64)]),
  environmentVariable: () => undefined,
  checkDestination: (text: string) => (text === "???" ? "This is no destination." : null),
};

test("two listeners on one port are told, and one that is off is not", () => {
  const one = { address: "any", port: 2525 };
  expect(listenerRules({ listeners: { a: one, b: { address: "0.0.0.0", port: 2525 } } })).toEqual([
    "b: error listener-port",
  ]);
  expect(listenerRules({ listeners: { a: one, b: { ...one, enabled: false } } })).toEqual([]);
  expect(listenerRules({ listeners: { a: one, b: { address: "192.0.2.1", port: 2525 } } })).toEqual(
    [],
  );
});

test("TLS needs a certificate with its key", () => {
  expect(listenerRules({ listeners: { a: { tls: { mode: "optional" } } } })).toEqual([
    "a: error listener-certificate",
  ]);
  expect(
    listenerRules({
      certificates: { theirs: { certificate: "x" } },
      listeners: { a: { tls: { mode: "optional", certificates: ["theirs"] } } },
    }),
  ).toEqual(["a: error listener-certificate"]);
});

test("passwords in clear are a warning; a sign-in that nobody can reach is told too", () => {
  const flow = { authenticationFlow: "login" };
  expect(listenerRules({ listeners: { a: { ...flow, authenticationNeedsTls: false } } })).toEqual([
    "a: warning sign-in-clear",
  ]);
  expect(listenerRules({ listeners: { a: flow } })).toEqual(["a: advice sign-in-impossible"]);
});

test("a peer that is no address, network or range is an error", () => {
  expect(
    listenerRules({ listeners: { a: { proxyPeers: ["192.0.2.0/24", "balancer.example"] } } }),
  ).toEqual(["a: error listener-peer"]);
});

test("fallbacks in a circle, and a destination nobody understands", () => {
  const settings = Settings.parse({
    transports: {
      a: { destination: "x:25", fallback: "b" },
      b: { destination: "y:25", fallback: "a" },
      c: { destination: "???" },
    },
  });
  expect(transportProblems(settings, surroundings).map(({ id, rule }) => `${id} ${rule}`)).toEqual([
    "a fallback-loop",
    "b fallback-loop",
    "c destination",
  ]);
});

test("a file without content, and two of one name", () => {
  const settings = Settings.parse({
    files: {
      a: { name: "list", sha256: "1".repeat(64) },
      b: { name: "list", sha256: "2".repeat(64) },
    },
  });
  expect(fileProblems(settings, surroundings).map(({ id, rule }) => `${id} ${rule}`)).toEqual([
    "b file-content",
    "b file-name",
  ]);
});
