/**
 * Writes `packages/hsl/src/library/core-signatures.ts`: what the core library's functions
 * promise, without their bodies, for places that only read signatures (the editor in
 * the browser). `signatures.test.ts` says when it is stale.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { coreFunctions } from "@sluice/hsl";

const root = path.resolve(import.meta.dirname, "..");
const file = path.join(root, "packages/hsl/src/library/core-signatures.ts");
writeFileSync(
  file,
  `/**
 * What the functions of the core library promise, apart from their bodies, so that an
 * editor need not load those. Written by scripts/write-signatures.ts from the library.
 */
import type { FunctionSignature } from "../signature.ts";
import { signaturesOf } from "./signatures-of.ts";

const table: readonly FunctionSignature[] = ${JSON.stringify(
    coreFunctions.map(({ signature }) => signature),
    null,
    2,
  )};

/** Each function under its own name and its other names. */
export const coreSignatures: ReadonlyMap<string, FunctionSignature> = signaturesOf(table);
`,
);
const { status } = spawnSync(
  path.join(root, "node_modules/.bin/biome"),
  ["format", "--write", file],
  {
    stdio: ["ignore", "ignore", "inherit"],
  },
);
process.exitCode = status ?? 1;
