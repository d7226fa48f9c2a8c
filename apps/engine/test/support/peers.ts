/** Programs from Debian's packages that tests talk to. */
import { existsSync } from "node:fs";
import { test } from "vitest";

const folders = [
  "/usr/bin",
  "/usr/sbin",
  "/usr/local/bin",
  "/bin",
  "/sbin",
  "/usr/lib/python3/dist-packages",
];

const packages: Readonly<Record<string, string>> = {
  slapd: "slapd",
  "smtp-sink": "postfix",
  "smtp-source": "postfix",
  postfix: "postfix",
  msmtp: "msmtp",
  swaks: "swaks",
  knotd: "knot",
  keymgr: "knot",
  unbound: "unbound",
  chromium: "chromium",
  haproxy: "haproxy",
  spamd: "spamd",
  clamd: "clamav-daemon",
  freeradius: "freeradius",
  dovecot: "dovecot-core",
  openssl: "openssl",
  python3: "python3",
  aiosmtplib: "python3-aiosmtplib",
};

export const findPeer = (program: string): string | null =>
  folders.map((folder) => `${folder}/${program}`).find((file) => existsSync(file)) ?? null;

/** The program's path. In CI a missing one is an error; elsewhere `testWithPeer` skips with the reason. */
export const requirePeer = (program: string): string => {
  const found = findPeer(program);
  if (found !== null) return found;
  throw new Error(`${program} is missing: apt-get install ${packages[program] ?? program}`);
};

/** `test`, but skipped on a machine without the programs; never in CI. */
export const testWithPeer = (
  ...programs: string[]
): Pick<typeof test, never> &
  ((name: string, body: () => Promise<void> | void, timeout?: number) => void) =>
  test.skipIf(
    process.env["CI"] === undefined && programs.some((program) => findPeer(program) === null),
  );
