/**
 * How the command line finds the running gateway and proves that it may read
 * the data folder: a file there, new at every start, with a token and the
 * address to use it at.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

export const tokenFile = (dataFolder: string): string => path.join(dataFolder, "cli.token");

export type CommandLineToken = {
  readonly matches: (authorization: string | undefined) => boolean;
  /** Writes the file, readable by its owner alone. */
  readonly publish: (address: string) => void;
};

export const makeCommandLineToken = (dataFolder: string): CommandLineToken => {
  const token = randomBytes(32).toString("base64url");
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return {
    matches: (authorization) =>
      authorization !== undefined && timingSafeEqual(digest(authorization), expected),
    publish: (address) => {
      const fresh = `${tokenFile(dataFolder)}.${process.pid}`;
      rmSync(fresh, { force: true });
      writeFileSync(fresh, `${token}\n${address}\n`, { mode: 0o600, flag: "wx" });
      renameSync(fresh, tokenFile(dataFolder));
    },
  };
};

/** What the running gateway left there; null: none has run with this folder. */
export const readCommandLineToken = (
  dataFolder: string,
): { readonly token: string; readonly address: string } | null => {
  let text: string;
  try {
    text = readFileSync(tokenFile(dataFolder), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  const [token = "", address = ""] = text.split("\n");
  return token === "" || address === "" ? null : { token, address };
};
