/** A real validating resolver (Unbound) in front of a Knot that signs its zones. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "./gateway.ts";
import type { Knot } from "./knot.ts";
import { requirePeer } from "./peers.ts";
import { untilOpen } from "./slapd.ts";

export type Unbound = {
  readonly address: string;
  readonly stop: () => Promise<void>;
};

/** `anchors`: DNSKEY or DS records in zone file form. */
export const startUnbound = async (
  knot: Knot,
  zones: readonly string[],
  anchors: readonly string[],
): Promise<Unbound> => {
  const unbound = requirePeer("unbound");
  const folder = mkdtempSync(path.join(tmpdir(), "unbound-"));
  const port = await freePort();
  writeFileSync(path.join(folder, "anchors"), `${anchors.join("\n")}\n`);
  writeFileSync(
    path.join(folder, "unbound.conf"),
    `
server:
    interface: 127.0.0.1
    port: ${port}
    username: ""
    chroot: ""
    directory: "${folder}"
    pidfile: ""
    use-syslog: no
    do-not-query-localhost: no
    do-daemonize: no
    local-zone: "test." nodefault
    trust-anchor-file: "${folder}/anchors"
    module-config: "validator iterator"
    num-threads: 1
    so-reuseport: no
${zones.map((zone) => `stub-zone:\n    name: "${zone}."\n    stub-addr: 127.0.0.1@${knot.port}`).join("\n")}
`,
  );
  const child = spawn(unbound, ["-c", path.join(folder, "unbound.conf")], { stdio: "ignore" });
  await untilOpen(port, child);
  return {
    address: `127.0.0.1:${port}`,
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
