/**
 * npm test: installs the programs that tests talk to (as root, with apt), runs
 * lint, types, unit, end-to-end and browser tests, and closes with one line
 * "N passed, N failed, N skipped" made from the reporters' own counts.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const bin = (name: string): string => path.join(root, "node_modules/.bin", name);
const reports = mkdtempSync(path.join(tmpdir(), "sluice-reports-"));

const peers: Readonly<Record<string, string>> = {
  "/usr/sbin/slapd": "slapd",
  "/usr/bin/ldapsearch": "ldap-utils",
  "/usr/sbin/smtp-sink": "postfix",
  "/usr/bin/msmtp": "msmtp",
  "/usr/bin/swaks": "swaks",
  "/usr/sbin/knotd": "knot",
  "/usr/sbin/unbound": "unbound",
  "/usr/bin/chromium": "chromium",
  "/usr/sbin/haproxy": "haproxy",
  "/usr/sbin/spamd": "spamd",
  "/usr/sbin/clamd": "clamav-daemon",
  "/usr/sbin/freeradius": "freeradius",
  "/usr/sbin/dovecot": "dovecot-core",
  "/usr/bin/openssl": "openssl",
  "/usr/bin/python3": "python3",
  "/usr/lib/python3/dist-packages/aiosmtplib/__init__.py": "python3-aiosmtplib",
  "/usr/lib/python3/dist-packages/dkim/__init__.py": "python3-dkim",
  "/usr/lib/python3/dist-packages/flufl/bounce/__init__.py": "python3-flufl.bounce",
  "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core",
};

const installPeers = (): void => {
  const missing = Object.entries(peers)
    .filter(([file]) => !existsSync(file))
    .map(([, name]) => name);
  if (missing.length === 0) return;
  const names = [...new Set(missing)];
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    console.log(`Some tests need programs that are not here: apt-get install ${names.join(" ")}`);
    return;
  }
  console.log(`Installing what tests talk to: ${names.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) =>
    spawnSync("apt-get", ["-qq", ...args], { env, stdio: ["ignore", "ignore", "inherit"] }).status;
  apt("update");
  const status = apt("install", "-y", "--no-install-recommends", ...names);
  if (status !== 0)
    console.log("Not all of them could be installed; tests that need them will say so.");
};

type Count = { passed: number; failed: number; skipped: number };

const countJson = (file: string): Count => {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 }; // a run that left no report has failed
  const report: unknown = JSON.parse(readFileSync(file, "utf8"));
  const fields = report as Record<string, unknown>; // the two reporters' documented shapes
  const stats = fields["stats"] as Record<string, number> | undefined;
  if (stats !== undefined) {
    return {
      passed: (stats["expected"] ?? 0) + (stats["flaky"] ?? 0),
      failed: stats["unexpected"] ?? 0,
      skipped: stats["skipped"] ?? 0,
    };
  }
  const number = (key: string): number => Number(fields[key] ?? 0);
  const suites = number("numFailedTestSuites");
  const failed = number("numFailedTests");
  return {
    passed: number("numPassedTests"),
    failed: failed === 0 && fields["success"] === false ? Math.max(1, suites) : failed,
    skipped: number("numPendingTests") + number("numTodoTests"),
  };
};

const run = (
  name: string,
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<number> =>
  new Promise((resolve) => {
    console.log(`\n── ${name}`);
    const child = spawn(program, args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...env },
    });
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(code ?? 1));
  });

const total: Count = { passed: 0, failed: 0, skipped: 0 };
const add = (count: Count): void => {
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
};
const single = async (name: string, program: string, args: readonly string[]): Promise<void> => {
  const code = await run(name, program, args);
  add({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });
};

installPeers();
await single("lint", bin("biome"), ["check", "--diagnostic-level=warn"]);
await single("types", bin("tsc"), ["--build"]);
await single("migrations", process.execPath, ["scripts/write-migration.ts", "--check"]);

for (const project of ["unit", "end-to-end"]) {
  const file = path.join(reports, `${project}.json`);
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${file}`];
  const code = await run(project, bin("vitest"), ["run", "--project", project, ...reporters]);
  const count = countJson(file);
  if (code !== 0 && count.failed === 0) count.failed = 1;
  add(count);
}

const browser = path.join(reports, "browser.json");
const code = await run(
  "browser",
  path.join(root, "apps/web/node_modules/.bin/playwright"),
  ["test", "--config", "apps/web/playwright.config.ts"],
  {
    PLAYWRIGHT_JSON_OUTPUT_NAME: browser,
  },
);
const count = countJson(browser);
if (code !== 0 && count.failed === 0) count.failed = 1;
add(count);

console.log(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`,
);
process.exit(total.failed === 0 ? 0 : 1);
