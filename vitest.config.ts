import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          testTimeout: 30_000, // a busy machine is not a failure
          maxWorkers: "100%", // of its cores; Vitest leaves one alone
          include: [
            "packages/*/src/**/*.test.{ts,tsx}",
            "packages/*/test/**/*.test.ts",
            "apps/engine/src/**/*.test.ts",
            "apps/engine/test/*.test.ts",
            "apps/web/src/**/*.test.{ts,tsx}",
            "scripts/*.test.ts",
          ],
        },
      },
      {
        test: {
          name: "end-to-end",
          include: ["apps/engine/test/end-to-end/**/*.test.ts"],
          globalSetup: ["apps/engine/test/support/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
