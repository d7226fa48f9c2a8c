/** Does DNS have the record of a signing key? Asked afresh each time, past every cache of ours. */
import { comparePublishedKey, keyRecordName } from "@sluice/mail-syntax";
import type { SigningKey } from "@sluice/settings";
import type { DnsOptions } from "../flows/host/dns.ts";
import { createDns } from "../flows/host/dns.ts";

export type KeyRecordState =
  | "matches"
  | "missing"
  | "differs"
  | "revoked"
  | "several"
  /** Nobody could say. */
  | "error";

export type KeyRecordCheck = {
  readonly state: KeyRecordState;
  readonly name: string;
  /** In words, with what to do. */
  readonly text: string;
  /** The texts that DNS has. */
  readonly found: readonly string[];
};

export const checkKeyRecord = async (
  { domain, selector, key }: { domain: string; selector: string; key: SigningKey },
  options: DnsOptions,
): Promise<KeyRecordCheck> => {
  const name = keyRecordName(selector, domain);
  const answer = await createDns({ cacheEntries: 1 }).query(name, "TXT", options);
  if (answer.kind === "error") {
    const text = `DNS gave no answer (${answer.reason}). This says nothing about the record; try again.`;
    return { state: "error", name, text, found: [] };
  }
  const found = answer.kind === "none" ? [] : answer.records.flatMap(textOf);
  const [first] = found;
  if (first === undefined) {
    const text =
      "There is no TXT record at this name. Publish it; resolvers may take as long as the old answer lives to see it.";
    return { state: "missing", name, text, found };
  }
  if (found.length > 1) {
    const text = `There are ${found.length} TXT records at this name, and receivers may take any. Leave one.`;
    return { state: "several", name, text, found };
  }
  const type = key.algorithm === "rsa-sha256" ? "rsa" : "ed25519";
  const compared = comparePublishedKey(type, key.publicKey, first);
  switch (compared.kind) {
    case "matches":
      return { state: "matches", name, text: "The published record is this key's.", found };
    case "revoked":
      return {
        state: "revoked",
        name,
        text: "The published record takes the key back (its p= is empty).",
        found,
      };
    case "differs":
      return {
        state: "differs",
        name,
        text: `The published record does not fit. ${compared.why}`,
        found,
      };
    default:
      return compared satisfies never;
  }
};

const textOf = (record: { type: string; text?: string }): string[] =>
  record.type === "TXT" && record.text !== undefined ? [record.text] : [];
