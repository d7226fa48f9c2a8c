/** Who may import whom. This table is the one that counts. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../../..");

/** Stage → stages of the engine it may import. Every stage may import itself and `errors.ts`. */
const stages: Readonly<Record<string, readonly string[]>> = {
  backup: ["config", "database", "store"],
  config: ["flows", "database"],
  database: [],
  flows: ["history", "config", "scanner", "queue", "delivery", "database"],
  listener: ["session", "config", "flows", "scanner", "queue", "history"],
  session: ["flows", "scanner", "queue", "history", "config"],
  scanner: ["flows", "queue", "delivery", "quarantine", "history", "config"],
  queue: ["history", "config", "scanner", "flows", "database", "delivery"],
  delivery: ["flows", "queue", "history", "config", "scanner", "database"],
  quarantine: ["queue", "history", "config", "scanner", "database"],
  history: ["flows", "config", "database"],
  store: ["config", "database", "flows"],
  api: [
    "config",
    "database",
    "delivery",
    "flows",
    "history",
    "listener",
    "quarantine",
    "queue",
    "scanner",
    "session",
    "store",
  ],
  cli: ["api", "backup", "config", "database", "flows", "scanner", "store", "supervisor"],
  supervisor: [
    "api",
    "config",
    "database",
    "delivery",
    "flows",
    "history",
    "listener",
    "quarantine",
    "queue",
    "scanner",
    "session",
    "store",
  ],
};

/** Package → packages of ours it may import. */
const packages: Readonly<Record<string, readonly string[]>> = {
  "packages/mail-syntax": [],
  "packages/hsl": [],
  "packages/flow-schema": ["@sluice/hsl", "@sluice/mail-syntax"],
  "packages/blocks": ["@sluice/flow-schema", "@sluice/hsl", "@sluice/mail-syntax"],
  "packages/settings": ["@sluice/flow-schema", "@sluice/mail-syntax"],
  "apps/engine": [
    "@sluice/blocks",
    "@sluice/flow-schema",
    "@sluice/hsl",
    "@sluice/mail-syntax",
    "@sluice/settings",
  ],
  "apps/web": [
    "@sluice/blocks",
    "@sluice/flow-schema",
    "@sluice/hsl",
    "@sluice/mail-syntax",
    "@sluice/settings",
    "@sluice/engine",
  ],
};

type Import = { readonly file: string; readonly target: string; readonly typeOnly: boolean };

const sourceFiles = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter(
      (entry) =>
        entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.(test|gen)\.tsx?$/.test(entry.name),
    )
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !/node_modules|generated|\/e2e\/|\/test\/|\/bench\//.test(file));

const importsOf = (file: string): Import[] => {
  const text = readFileSync(path.join(root, file), "utf8");
  const found: Import[] = [];
  for (const match of text.matchAll(
    /^(import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"|import\(\s*"([^"]+)"\s*\)/gm,
  )) {
    const target = match[3] ?? match[4] ?? "";
    found.push({ file, target, typeOnly: match[2] !== undefined });
  }
  return found;
};

const stageOf = (file: string): string | null => {
  const inside = path.relative("apps/engine/src", file);
  if (inside.startsWith("..")) return null;
  const [stage, ...rest] = inside.split(path.sep);
  return rest.length === 0 ? null : (stage ?? null);
};

test("a stage of the engine imports only what stands right of it", () => {
  const wrong: string[] = [];
  for (const file of sourceFiles("apps/engine/src")) {
    const from = stageOf(file);
    if (from === null) continue;
    const allowed = stages[from];
    if (allowed === undefined) {
      wrong.push(`${file}: the folder ${from} is in no table`);
      continue;
    }
    for (const { target, typeOnly } of importsOf(file)) {
      if (!target.startsWith(".") || typeOnly) continue;
      const to = stageOf(path.join(path.dirname(file), target));
      if (to !== null && to !== from && !allowed.includes(to))
        wrong.push(`${file} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("packages import only the packages below them", () => {
  const wrong: string[] = [];
  for (const [folder, allowed] of Object.entries(packages)) {
    for (const file of sourceFiles(`${folder}/src`)) {
      for (const { target } of importsOf(file)) {
        const name = /^@sluice\/[a-z-]+/.exec(target)?.[0];
        if (name !== undefined && !allowed.includes(name)) wrong.push(`${file} imports ${target}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("the web app knows the engine by type only", () => {
  const wrong = sourceFiles("apps/web/src").flatMap((file) =>
    importsOf(file).filter(
      ({ target, typeOnly }) => target.startsWith("@sluice/engine") && !typeOnly,
    ),
  );
  expect(wrong).toEqual([]);
});

test("Prisma is imported only by the store", () => {
  const wrong = sourceFiles("apps/engine/src").flatMap((file) =>
    importsOf(file).filter(
      ({ target }) =>
        /@prisma\/|store\/generated|\.\/generated/.test(target) && stageOf(file) !== "store",
    ),
  );
  expect(wrong).toEqual([]);
});

test("only environment.ts reads process.env for settings", () => {
  const wrong = sourceFiles("apps/engine/src").filter(
    (file) =>
      /process\.env\b/.test(readFileSync(path.join(root, file), "utf8")) &&
      ![
        "apps/engine/src/config/environment.ts",
        "apps/engine/src/database/embedded-postgres.ts",
        "apps/engine/src/supervisor/supervisor.ts",
      ].includes(file) &&
      !file.startsWith("apps/engine/src/cli/"),
  );
  expect(wrong).toEqual([]);
});

test("browser-safe files import nothing of Node", () => {
  const safe = [
    ...sourceFiles("packages/mail-syntax/src"),
    ...sourceFiles("packages/hsl/src"),
    ...sourceFiles("packages/flow-schema/src"),
    ...sourceFiles("packages/blocks/src"),
    ...sourceFiles("packages/settings/src"),
    ...sourceFiles("apps/web/src"),
  ].filter((file) => !/\/(executor|execution)\.ts$/.test(file));
  const wrong = safe.flatMap((file) =>
    importsOf(file).filter(({ target }) => /^node:|\/executor\.ts$|\/execution$/.test(target)),
  );
  expect(wrong).toEqual([]);
});
