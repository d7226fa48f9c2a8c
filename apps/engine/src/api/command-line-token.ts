/** The token by which the command line proves that it may read the data folder; new at every start. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

export const tokenFile = (dataFolder: string): string => path.join(dataFolder, "cli.token");

export type CommandLineToken = { readonly matches: (header: string | undefined) => boolean };

export const makeCommandLineToken = (dataFolder: string): CommandLineToken => {
  const token = randomBytes(32).toString("base64url");
  const file = tokenFile(dataFolder);
  const fresh = `${file}.${process.pid}`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, `${token}\n`, { mode: 0o600, flag: "wx" });
  renameSync(fresh, file);
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return {
    matches: (header) => header !== undefined && timingSafeEqual(digest(header), expected),
  };
};
