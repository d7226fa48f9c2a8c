import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../../..");

test("the reference pages say what the sources say (pnpm docs:reference writes them)", () => {
  const { stderr, status } = spawnSync(
    process.execPath,
    ["scripts/write-reference.ts", "--check"],
    { cwd: root, encoding: "utf8" },
  );
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
