/** A real Postfix on a port of its own that passes everything on to `relayTo`. Needs root, as Postfix does. */
import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { freePort } from "./gateway.ts";
import { requirePeer } from "./peers.ts";

const run = promisify(execFile);

export type Postfix = { readonly port: number; readonly stop: () => Promise<void> };

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

export const startPostfix = async (options: { relayTo: number }): Promise<Postfix> => {
  const postfix = requirePeer("postfix");
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-postfix-"));
  chmodSync(folder, 0o755);
  const port = await freePort();
  for (const name of ["etc", "data", "spool"]) mkdirSync(path.join(folder, name), { mode: 0o755 });
  execFileSync("chown", ["postfix", path.join(folder, "data")]);
  writeFileSync(
    path.join(folder, "etc/main.cf"),
    [
      "compatibility_level = 3.6",
      `queue_directory = ${folder}/spool`,
      `data_directory = ${folder}/data`,
      `maillog_file = ${folder}/mail.log`,
      `maillog_file_prefixes = ${folder}`,
      "myhostname = postfix.example.test",
      "mydestination =",
      "inet_interfaces = 127.0.0.1",
      "inet_protocols = ipv4",
      "mynetworks = 127.0.0.0/8",
      `relayhost = [127.0.0.1]:${options.relayTo}`,
      "disable_dns_lookups = yes",
      "smtp_host_lookup = native",
      "alias_maps =",
      "alias_database =",
      "local_recipient_maps =",
      "smtpd_relay_restrictions = permit_mynetworks, reject",
      "message_size_limit = 60000000",
      "",
    ].join("\n"),
  );
  const master = readFileSync("/usr/share/postfix/master.cf.dist", "utf8")
    .replace(/^smtp( +inet.*)/m, `127.0.0.1:${port}$1`)
    .replace(/^([^ #]+ +(?:inet|unix|pass|fifo) +[-yn]+ +[-yn]+ +)[y-]( )/gm, "$1n$2");
  const postlog = /^postlog/m.test(master) ? "" : "postlog unix-dgram n - n - 1 postlogd\n";
  writeFileSync(path.join(folder, "etc/master.cf"), master + postlog);
  if (!existsSync("/etc/postfix/main.cf")) {
    mkdirSync("/etc/postfix", { recursive: true });
    writeFileSync("/etc/postfix/main.cf", "compatibility_level = 3.6\n");
  }
  // Postfix runs other configurations only when the main one names them
  const { stdout } = await run("postconf", [
    "-c",
    "/etc/postfix",
    "-h",
    "alternate_config_directories",
  ]);
  await run("postconf", [
    "-c",
    "/etc/postfix",
    "-e",
    `alternate_config_directories = ${stdout.trim()} ${folder}/etc`,
  ]);
  await run(postfix, ["-c", path.join(folder, "etc"), "start"]);
  const deadline = Date.now() + 15_000;
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error("Postfix does not answer");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    stop: async () => {
      await run(postfix, ["-c", path.join(folder, "etc"), "abort"]).catch(() => {}); // it may be gone
      const { stdout: named } = await run("postconf", [
        "-c",
        "/etc/postfix",
        "-h",
        "alternate_config_directories",
      ]);
      const left = named
        .split(/\s+/)
        .filter((one) => one !== `${folder}/etc`)
        .join(" ");
      await run("postconf", ["-c", "/etc/postfix", "-e", `alternate_config_directories = ${left}`]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
