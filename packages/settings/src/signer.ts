import { field } from "@sluice/flow-schema";
import { z } from "zod";
import { StoredSecret } from "./secret.ts";

/** A selector (RFC 6376 §3.1): labels of letters, digits and dashes. */
export const Selector = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
    "A selector has small letters, digits, dashes and dots.",
  );

export const keyAlgorithms = ["rsa-sha256", "ed25519-sha256"] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

/** Prepared: its record may be published, nothing is signed yet. Retired: kept until signed mail has arrived. */
export const keyUses = ["prepared", "active", "retired"] as const;
export type KeyUse = (typeof keyUses)[number];

export const SigningKey = z.strictObject({
  algorithm: z.enum(keyAlgorithms),
  use: z.enum(keyUses).default("prepared"),
  /** As the `p=` of the key record has it, in base64: SubjectPublicKeyInfo for RSA, 32 bytes for Ed25519 (RFC 8463 §4). */
  publicKey: z
    .string()
    .max(4000)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/, "The public key is base64."),
  privateKey: StoredSecret.default({ secret: "stored" }),
  /** The day its use last changed. */
  since: z.iso.date().optional(),
});
export type SigningKey = z.output<typeof SigningKey>;

/** A domain that signs mail: its DKIM keys, which ARC uses too, and the key of addresses rewritten under it (SRS). */
export const Signer = z.strictObject({
  title: field.text({ label: "Title", help: "Shown in lists.", max: 120 }).default(""),
  domain: field.text({
    label: "Signing domain",
    help: "The d= of its signatures. Mail of its subdomains is signed by it too, unless they have keys of their own.",
    placeholder: "example.org",
    pattern: /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/,
    patternHelp: "A domain name in small letters; beyond ASCII as xn--….",
  }),
  /** By selector. */
  keys: z.record(Selector, SigningKey).default({}),
  headerCanonicalization: field
    .choice(["relaxed", "simple"], {
      label: "Header fields",
      help: "Relaxed survives what relays do to blanks and line breaks.",
      choices: { relaxed: "Relaxed", simple: "Simple" },
      section: "Signatures",
    })
    .default("relaxed"),
  bodyCanonicalization: field
    .choice(["relaxed", "simple"], {
      label: "Body",
      help: "Relaxed survives what relays do to blanks at the end of lines.",
      choices: { relaxed: "Relaxed", simple: "Simple" },
      section: "Signatures",
    })
    .default("relaxed"),
  validDays: field
    .number({
      label: "Signatures are valid for",
      help: "After that a receiver takes them as none (x=). 0: without end.",
      min: 0,
      max: 365,
      unit: "days",
      section: "Signatures",
    })
    .default(0),
  /** Of addresses rewritten under this domain (SRS). */
  srsKey: StoredSecret.optional(),
  srsDays: field
    .number({
      label: "Rewritten addresses are valid for",
      help: "Bounces that come later are refused. A message may wait in queues for a week.",
      min: 1,
      max: 365,
      unit: "days",
      section: "Sender rewriting",
    })
    .default(21),
});
export type Signer = z.output<typeof Signer>;

/** The signer of a domain: its own, or that of the nearest domain above it. */
export const signerFor = (
  signers: Readonly<Record<string, Signer>>,
  domain: string,
): { readonly id: string; readonly signer: Signer } | null => {
  const wanted = domain.toLowerCase();
  let best: { id: string; signer: Signer } | null = null;
  for (const [id, signer] of Object.entries(signers)) {
    if (wanted !== signer.domain && !wanted.endsWith(`.${signer.domain}`)) continue;
    if (best === null || signer.domain.length > best.signer.domain.length) best = { id, signer };
  }
  return best;
};
