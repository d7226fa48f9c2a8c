/**
 * A real Postfix on a port of its own that passes everything on to `relayTo`, and may know
 * passwords (by Dovecot's protocol) and have a certificate. Needs root, as Postfix does.
 */
import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startDovecotAuth } from "./dovecot-auth.ts";
import { freePort } from "./gateway.ts";
import { requirePeer } from "./peers.ts";

const run = promisify(execFile);

export type Postfix = {
  readonly port: number;
  /** What it has written down so far. */
  readonly log: () => string;
  /** Tries what is in its queue now. */
  readonly flush: () => Promise<void>;
  /** Messages in its queue. */
  readonly waiting: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

export type PostfixOptions = {
  readonly relayTo: number;
  /** How it names the host it relays to: a certificate may be for the name. */
  readonly relayName?: string;
  /** User names and their passwords; sign-in is offered when there are any. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** For STARTTLS at its own port. */
  readonly tls?: { readonly certificate: string; readonly privateKey: string };
  /** An authority that its relay is verified against, in PEM. */
  readonly trusts?: string;
  /** Lines of main.cf that come last. */
  readonly main?: readonly string[];
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

const editNames = `
test -e /etc/postfix/main.cf || echo "compatibility_level = 3.6" > /etc/postfix/main.cf
names=$2
for name in $(postconf -c /etc/postfix -h alternate_config_directories); do
  test "$name" = "$1" || test ! -d "$name" || names="$names $name"
done
exec postconf -c /etc/postfix -e "alternate_config_directories = $names"`;

/** Postfix runs other configurations only when the main one names them; another test may name its own meanwhile. */
const nameInMain = async (folder: string, isThere: boolean): Promise<void> => {
  mkdirSync("/etc/postfix", { recursive: true });
  const names = [folder, isThere ? folder : ""];
  await run("flock", ["/etc/postfix", "sh", "-c", editNames, "sh", ...names]);
};
export const startPostfix = async (options: PostfixOptions): Promise<Postfix> => {
  const { relayName = "127.0.0.1", accounts = {}, tls, trusts, main = [] } = options;
  const postfix = requirePeer("postfix");
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-postfix-"));
  chmodSync(folder, 0o755);
  const signIn = [
    "smtpd_sasl_auth_enable = yes",
    "smtpd_sasl_type = dovecot",
    `smtpd_sasl_path = ${folder}/auth`,
    `smtpd_tls_auth_only = ${tls === undefined ? "no" : "yes"}`,
  ];
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
      `relayhost = [${relayName}]:${options.relayTo}`,
      "disable_dns_lookups = yes",
      "smtp_host_lookup = native",
      "alias_maps =",
      "alias_database =",
      "local_recipient_maps =",
      "smtpd_relay_restrictions = permit_mynetworks, reject",
      "message_size_limit = 60000000",
      ...(Object.keys(accounts).length === 0 ? [] : signIn),
      ...(tls === undefined
        ? []
        : [
            "smtpd_tls_security_level = may",
            `smtpd_tls_cert_file = ${folder}/cert.pem`,
            `smtpd_tls_key_file = ${folder}/key.pem`,
          ]),
      ...(trusts === undefined ? [] : [`smtp_tls_CAfile = ${folder}/authority.pem`]),
      ...main,
      "",
    ].join("\n"),
  );
  if (tls !== undefined) {
    writeFileSync(path.join(folder, "cert.pem"), tls.certificate);
    writeFileSync(path.join(folder, "key.pem"), tls.privateKey, { mode: 0o600 });
  }
  if (trusts !== undefined) writeFileSync(path.join(folder, "authority.pem"), trusts);
  const master = readFileSync("/usr/share/postfix/master.cf.dist", "utf8")
    .replace(/^smtp( +inet.*)/m, `127.0.0.1:${port}$1`)
    .replace(/^([^ #]+ +(?:inet|unix|pass|fifo) +[-yn]+ +[-yn]+ +)[y-]( )/gm, "$1n$2");
  const postlog = /^postlog/m.test(master) ? "" : "postlog unix-dgram n - n - 1 postlogd\n";
  writeFileSync(path.join(folder, "etc/master.cf"), master + postlog);
  await nameInMain(`${folder}/etc`, true);
  await run(postfix, ["-c", path.join(folder, "etc"), "start"]);
  const deadline = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error("Postfix does not answer");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const closeAuth =
    Object.keys(accounts).length === 0
      ? null
      : await startDovecotAuth(path.join(folder, "auth"), accounts);
  const here = ["-c", path.join(folder, "etc")];
  return {
    port,
    log: () => readFileSync(path.join(folder, "mail.log"), "utf8"),
    flush: async () => {
      await run("postqueue", [...here, "-f"]);
    },
    waiting: async () => {
      const { stdout: listed } = await run("postqueue", [...here, "-j"]);
      return listed.split("\n").filter((line) => line !== "").length;
    },
    stop: async () => {
      await run(postfix, ["-c", path.join(folder, "etc"), "abort"]).catch(() => {}); // it may be gone
      await closeAuth?.();
      await nameInMain(`${folder}/etc`, false);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
