/** Signatures over mail that leaves, and senders rewritten on the way (`hsl.md` §8.4). */
import { modifier, optional, parameter, reading } from "../signature-table.ts";

const dkimSignOptions = optional(
  "options",
  "array",
  "`algorithm` (`rsa-sha256`, `ed25519-sha256`), `canonicalization_header`, `canonicalization_body`, `headers`, `additional_headers`, `discard_changes`, `return_header` (in content flows: gives the `DKIM-Signature` field over the message as it is now, and adds nothing).",
);

const dkimSign = modifier(
  "DKIMSign",
  "Signs the message as it leaves, with all changes made to it.",
  [
    parameter("selector", "string", "Selector of the key in DNS."),
    parameter("domain", "string", "Signing domain."),
    parameter("key", "string", "`pki:ID` of the private key."),
    dkimSignOptions,
  ],
  [["none", "string"], "Nothing; with `return_header` the field."],
  ["message"],
  { since: "classic", source: "RFC 6376", mayWait: true },
);

const dkimSignAs = modifier(
  "DKIMSignAs",
  "Signs the message as it leaves, with every active key of a domain.",
  [
    optional(
      "domain",
      "string",
      "A domain, or `signer:ID`. Without it the domain of the From field; in delivery flows that of the envelope sender.",
    ),
  ],
  ["number", "How many signatures it gets; 0 when no signing key is for this domain."],
  ["message"],
  { since: "modern", source: "RFC 6376", mayWait: true },
);

const signer = parameter("signer", "string", "`signer:ID`.");
const address = (help: string) => optional("address", "string", help);

const keptUnreachable =
  "An error when the database that keeps long addresses cannot be asked; the mail waits.";

export const srsFunctions = {
  rewrite: reading(
    "SRSRewrite",
    "Rewrites a sender so that bounces of forwarded mail come back here.",
    [signer, address("The sender; `$sender` without it.")],
    [
      "string",
      "The rewritten address; the address itself when it is null or ours. One that would be too long before the @ (64 octets) is kept under a token, which stands in its place.",
    ],
    ["session"],
    { since: "modern", mayWait: true, errors: keptUnreachable },
  ),
  restore: reading(
    "SRSRestore",
    "Reads the address that SRSRewrite made.",
    [signer, address("The recipient; `$recipient` without it.")],
    [
      "array",
      "`result`: `restored` (with `address`), `none` (not rewritten by us), `expired` or `forged`.",
    ],
    ["session"],
    { since: "modern", mayWait: true, errors: keptUnreachable },
  ),
} as const;

export const contentSigning = [
  dkimSign,
  dkimSignAs,
  modifier(
    "ARCSeal",
    "Seals the message as it leaves: keeps what its checks said here for the next host.",
    [signer],
    ["none", "Nothing."],
    ["message"],
    { since: "modern", source: "RFC 8617", mayWait: true },
  ),
  srsFunctions.rewrite,
] as const;

export const deliverySigning = [dkimSign, dkimSignAs] as const;
