/** Certificates for tests, made by openssl. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { requirePeer } from "./peers.ts";

export type TestCertificate = { readonly certificate: string; readonly privateKey: string };

export const makeCertificate = (
  names: readonly string[],
  kind: "ec" | "rsa" = "ec",
): TestCertificate => {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-certificate-"));
  const key = path.join(folder, "key.pem");
  const certificate = path.join(folder, "cert.pem");
  const newKey =
    kind === "ec"
      ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
      : ["-newkey", "rsa:2048"];
  execFileSync(
    requirePeer("openssl"),
    [
      "req",
      "-x509",
      ...newKey,
      "-nodes",
      "-days",
      "30",
      "-keyout",
      key,
      "-out",
      certificate,
      "-subj",
      `/CN=${names[0] ?? "test"}`,
      "-addext",
      `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`,
    ],
    { stdio: "ignore" },
  );
  const made = {
    certificate: readFileSync(certificate, "utf8"),
    privateKey: readFileSync(key, "utf8"),
  };
  rmSync(folder, { recursive: true });
  return made;
};
