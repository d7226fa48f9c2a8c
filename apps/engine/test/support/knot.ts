/** A real authoritative name server (Knot DNS) with zones of the test's own. */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "./gateway.ts";
import { requirePeer } from "./peers.ts";
import { untilOpen } from "./slapd.ts";

export type Knot = {
  readonly port: number;
  /** As `resolvers` wants it. */
  readonly address: string;
  /** DS record of a zone that is signed, for a resolver that trusts it. */
  readonly trustAnchor: (zone: string) => string;
  readonly stop: () => Promise<void>;
};

/** Zone name → its records in zone file form, names relative to the zone; SOA and NS are added. */
export const startKnot = async (
  zones: Readonly<Record<string, string>>,
  options: { readonly signed?: readonly string[] } = {},
): Promise<Knot> => {
  const knotd = requirePeer("knotd");
  const folder = mkdtempSync(path.join(tmpdir(), "knot-"));
  mkdirSync(path.join(folder, "zones"));
  mkdirSync(path.join(folder, "run"));
  const port = await freePort();
  const names = Object.keys(zones);
  for (const [index, [name, records]] of Object.entries(zones).entries()) {
    writeFileSync(
      path.join(folder, "zones", `${index}.zone`),
      [
        `$ORIGIN ${name}.`,
        "$TTL 60",
        "@ SOA ns. hostmaster. 1 3600 900 86400 5",
        "@ NS ns.",
        records,
        "",
      ].join("\n"),
    );
  }
  writeFileSync(
    path.join(folder, "knot.conf"),
    `
server:
    rundir: ${folder}/run
    listen: 127.0.0.1@${port}
database:
    storage: ${folder}/run
template:
  - id: default
    storage: ${folder}/zones
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
policy:
  - id: signing
    algorithm: ecdsap256sha256
    single-type-signing: on
zone:
${names
  .map((name, index) => {
    const signing = options.signed?.includes(name)
      ? "\n    dnssec-signing: on\n    dnssec-policy: signing"
      : "";
    return `  - domain: ${name}\n    file: ${index}.zone${signing}`;
  })
  .join("\n")}
`,
  );
  const child = spawn(knotd, ["-c", path.join(folder, "knot.conf")], { stdio: "ignore" });
  await untilOpen(port, child);
  return {
    port,
    address: `127.0.0.1:${port}`,
    trustAnchor: (zone) => {
      const config = path.join(folder, "knot.conf");
      const records = execFileSync(requirePeer("keymgr"), ["-c", config, zone, "ds"], {
        encoding: "utf8",
      });
      const sha256 = records.split("\n").find((line) => / 2 [0-9a-f]{64}$/i.test(line));
      if (sha256 === undefined) throw new Error(`knot has no key of ${zone}: ${records}`);
      return sha256;
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
        child.kill("SIGTERM");
        await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
