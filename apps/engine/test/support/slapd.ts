/** A real OpenLDAP server with one database, on a port of its own, in a folder of its own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "./gateway.ts";
import { requirePeer } from "./peers.ts";

export type Slapd = {
  readonly port: number;
  readonly stop: () => Promise<void>;
  /** Stops answering without closing anything. */
  readonly freeze: () => void;
  readonly thaw: () => void;
};

export const slapdBase = "dc=example,dc=test";
export const slapdAdmin = { dn: `cn=admin,${slapdBase}`, password: "secret" } as const;

export type SlapdOptions = {
  /** LDIF below the base; the base itself is there. */
  readonly ldif: string;
  readonly port?: number;
  /** Extra schema lines. */
  readonly schema?: string;
  /** PEM files for StartTLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly idleSeconds?: number;
};

/** Attributes as Active Directory has them. */
export const activeDirectorySchema = `
attributetype ( 1.2.840.113556.1.2.210 NAME 'proxyAddresses'
  EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName'
  EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'adUser' SUP top AUXILIARY
  MAY ( proxyAddresses $ sAMAccountName ) )`;

const moduleFolder = (): string => {
  const found = ["/usr/lib/ldap", "/usr/lib64/openldap"].find((folder) => {
    try {
      return readdirSync(folder).some((name) => name.startsWith("back_mdb"));
    } catch {
      return false;
    }
  });
  return found ?? "/usr/lib/ldap";
};

export const startSlapd = async (options: SlapdOptions): Promise<Slapd> => {
  const slapd = requirePeer("slapd");
  const folder = mkdtempSync(path.join(tmpdir(), "slapd-"));
  mkdirSync(path.join(folder, "db"));
  const port = options.port ?? (await freePort());
  const schemas = ["core", "cosine", "inetorgperson"].map(
    (name) => `include /etc/ldap/schema/${name}.schema`,
  );
  if (options.tls !== undefined) {
    writeFileSync(path.join(folder, "cert.pem"), options.tls.certificate);
    writeFileSync(path.join(folder, "key.pem"), options.tls.key);
  }
  writeFileSync(
    path.join(folder, "slapd.conf"),
    [
      ...schemas,
      options.schema ?? "",
      `modulepath ${moduleFolder()}`,
      "moduleload back_mdb",
      `pidfile ${folder}/slapd.pid`,
      ...(options.idleSeconds === undefined ? [] : [`idletimeout ${options.idleSeconds}`]),
      ...(options.tls === undefined
        ? []
        : [`TLSCertificateFile ${folder}/cert.pem`, `TLSCertificateKeyFile ${folder}/key.pem`]),
      "database mdb",
      `suffix "${slapdBase}"`,
      `rootdn "${slapdAdmin.dn}"`,
      `rootpw ${slapdAdmin.password}`,
      `directory ${folder}/db`,
      "index objectClass eq",
      "maxsize 104857600",
      "",
    ].join("\n"),
  );
  const base = `dn: ${slapdBase}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n`;
  writeFileSync(path.join(folder, "seed.ldif"), `${base}\n${options.ldif}\n`);
  execFileSync(
    slapd,
    ["-T", "add", "-f", path.join(folder, "slapd.conf"), "-l", path.join(folder, "seed.ldif")],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const child = spawn(
    slapd,
    ["-d", "0", "-f", path.join(folder, "slapd.conf"), "-h", `ldap://127.0.0.1:${port}/`],
    { stdio: "ignore" },
  );
  await untilOpen(port, child);
  return {
    port,
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
        child.kill("SIGCONT");
        child.kill("SIGTERM");
        await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Waits until somebody listens there. */
export const untilOpen = async (port: number, child: ChildProcess): Promise<void> => {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("the server did not open its port");
};
