/** Certificates from files: what a program that renews them calls. */
import { readFileSync } from "node:fs";
import { ask } from "./connect.ts";
import { type Command, CommandError, oneWord } from "./invocation.ts";

const standardInput = 0;

const read = (option: string, file: string): string => {
  try {
    return readFileSync(file === "-" ? standardInput : file, "utf8");
  } catch (cause) {
    throw new CommandError(1, `The file of ${option} cannot be read: ${file}`, { cause });
  }
};

export const certificatePut: Command = async (invocation) => {
  const id = oneWord(invocation, "certificate");
  const { chain, key } = invocation;
  if (chain === null) throw new CommandError(2, "Give the certificate with --chain FILE.");
  if (chain === "-" && key === "-") {
    throw new CommandError(
      2,
      "Only one of --chain and --key can be standard input; one file may hold both.",
    );
  }
  const certificate = read("--chain", chain);
  const privateKey = key === null ? "" : read("--key", key);
  const value = await ask((api) => api.certificates.put.mutate({ id, certificate, privateKey }));
  const text =
    value.revision === null
      ? `Certificate ${id} is live already.\n`
      : `Certificate ${id} published as revision ${value.revision}.\n`;
  return { text, value };
};
