/** Certificates for tests, made by openssl. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { requirePeer } from "./peers.ts";

export type TestCertificate = { readonly certificate: string; readonly privateKey: string };

const alternativeName = (name: string): string => `${isIP(name) === 0 ? "DNS" : "IP"}:${name}`;

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
      `subjectAltName=${names.map(alternativeName).join(",")}`,
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

/** An authority, and a certificate for these names that it signed; the server sends both. */
export const makeChain = (
  names: readonly string[],
): { readonly authority: TestCertificate; readonly server: TestCertificate } => {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-chain-"));
  const file = (name: string): string => path.join(folder, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync(requirePeer("openssl"), args, { stdio: "ignore" });
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...newKey,
    "-days",
    "30",
    "-subj",
    "/CN=Test authority",
    "-keyout",
    file("ca.key"),
    "-out",
    file("ca.pem"),
  );
  openssl(
    "req",
    ...newKey,
    "-subj",
    `/CN=${names[0] ?? "test"}`,
    "-keyout",
    file("key.pem"),
    "-out",
    file("request.pem"),
  );
  writeFileSync(file("names"), `subjectAltName=${names.map(alternativeName).join(",")}\n`);
  openssl(
    "x509",
    "-req",
    "-in",
    file("request.pem"),
    "-CA",
    file("ca.pem"),
    "-CAkey",
    file("ca.key"),
    "-CAcreateserial",
    "-days",
    "30",
    "-extfile",
    file("names"),
    "-out",
    file("cert.pem"),
  );
  const read = (name: string): string => readFileSync(file(name), "utf8");
  const made = {
    authority: { certificate: read("ca.pem"), privateKey: read("ca.key") },
    server: { certificate: read("cert.pem") + read("ca.pem"), privateKey: read("key.pem") },
  };
  rmSync(folder, { recursive: true });
  return made;
};
