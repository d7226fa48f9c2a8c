/** Signing keys: made or brought along, published, activated, retired. A private key goes in and never comes out. */
import { randomBytes } from "node:crypto";
import { keyRecord, keyRecordName, textStrings, zoneLine } from "@sluice/mail-syntax";
import {
  type KeyAlgorithm,
  type KeyUse,
  keyAlgorithms,
  keyUses,
  Selector,
  Signer,
} from "@sluice/settings";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import {
  type MadeKey,
  makeSigningKey,
  publicKeyBits,
  readSigningKey,
} from "../store/signing-keys.ts";
import { actorOf, type Context } from "./context.ts";
import type { KeyRecordCheck } from "./key-record-check.ts";
import { Id } from "./settings.ts";
import { procedure, router } from "./trpc.ts";

export type SigningKeyView = {
  readonly selector: string;
  readonly algorithm: KeyAlgorithm;
  /** null: the public key cannot be read. */
  readonly bits: number | null;
  readonly use: KeyUse;
  readonly since: string | null;
  readonly privateKey: "set" | "not set" | "from the environment";
  readonly record: {
    readonly name: string;
    readonly text: string;
    /** The text in pieces of at most 255 bytes, as a TXT record holds it. */
    readonly strings: readonly string[];
    readonly zoneLine: string;
  };
};

const Named = z.strictObject({ id: Id, selector: Selector });

type Draft = { readonly signer: Signer; readonly version: number };

const read = async (ctx: Context, id: string): Promise<Draft> => {
  const { body, version } = await ctx.parts.drafts.get("signer", id);
  return { signer: Signer.parse(body), version };
};

const keyOf = (signer: Signer, selector: string): Signer["keys"][string] => {
  const key = signer.keys[selector];
  if (key === undefined) throw new GatewayError("NOT_FOUND", `There is no key “${selector}”.`);
  return key;
};

const save = (ctx: Context, id: string, body: Signer, version: number) =>
  ctx.parts.drafts.save(actorOf(ctx), { kind: "signer", id, body, version });

const today = (ctx: Context): string => ctx.parts.clock().toISOString().slice(0, 10);

const secretField = (selector: string): string => `keys/${selector}/privateKey`;

const addKey = async (
  ctx: Context,
  { id, selector }: z.output<typeof Named>,
  { algorithm, publicKey, privateKey }: MadeKey,
): Promise<{ version: number }> => {
  const { signer, version } = await read(ctx, id);
  if (Object.hasOwn(signer.keys, selector)) {
    throw new GatewayError("CONFLICT", `There is a key “${selector}” already.`, {
      detail: { field: "selector" },
    });
  }
  const key = {
    algorithm,
    publicKey,
    use: "prepared",
    privateKey: stored,
    since: today(ctx),
  } as const;
  const body: Signer = { ...signer, keys: { ...signer.keys, [selector]: key } };
  const saved = await save(ctx, id, body, version);
  const name = { kind: "signer", objectId: id, field: secretField(selector) };
  await ctx.parts.secrets.set(actorOf(ctx), name, privateKey);
  return saved;
};

const stored = { secret: "stored" } as const;

export const signers = router({
  /** The keys of a signer with what DNS should have of each. */
  keys: procedure("view")
    .input(z.strictObject({ id: Id }))
    .query(async ({ ctx, input }): Promise<readonly SigningKeyView[]> => {
      const { signer } = await read(ctx, input.id);
      const set = await ctx.parts.secrets.names();
      return Object.entries(signer.keys).map(([selector, key]): SigningKeyView => {
        const { algorithm, publicKey, use, since } = key;
        const name = keyRecordName(selector, signer.domain);
        const text = keyRecord(algorithm === "rsa-sha256" ? "rsa" : "ed25519", publicKey);
        const isSet = set.has(`signer/${input.id}/${secretField(selector)}`);
        return {
          ...{ selector, algorithm, use, since: since ?? null },
          bits: publicKeyBits(algorithm, publicKey),
          privateKey:
            key.privateKey.secret !== "stored" ? "from the environment" : isSet ? "set" : "not set",
          record: { name, text, strings: textStrings(text), zoneLine: zoneLine(name, text) },
        };
      });
    }),

  /** A new key, prepared: it signs nothing before it is activated. */
  makeKey: procedure("manage")
    .input(
      Named.extend({
        algorithm: z.enum(keyAlgorithms),
        bits: z.union([z.literal(2048), z.literal(3072), z.literal(4096)]).default(2048),
      }),
    )
    .mutation(async ({ ctx, input: { id, selector, algorithm, bits } }) =>
      addKey(ctx, { id, selector }, await makeSigningKey(algorithm, bits)),
    ),

  /** A key that exists already, with the selector its record has. */
  importKey: procedure("manage")
    .input(Named.extend({ privateKey: z.string().max(20_000) }))
    .mutation(({ ctx, input: { id, selector, privateKey } }) => {
      const key = readSigningKey(privateKey);
      if (key.kind === "wrong") {
        throw new GatewayError("INVALID", key.why, { detail: { field: "privateKey" } });
      }
      return addKey(ctx, { id, selector }, key.key);
    }),

  setUse: procedure("edit")
    .input(Named.extend({ use: z.enum(keyUses) }))
    .mutation(async ({ ctx, input: { id, selector, use } }): Promise<{ version: number }> => {
      const { signer, version } = await read(ctx, id);
      const key = { ...keyOf(signer, selector), use, since: today(ctx) };
      return save(ctx, id, { ...signer, keys: { ...signer.keys, [selector]: key } }, version);
    }),

  /** Takes a key out of the draft. Its private key is destroyed unless what is live still signs with it. */
  removeKey: procedure("manage")
    .input(Named)
    .mutation(async ({ ctx, input: { id, selector } }): Promise<{ version: number }> => {
      const { signer, version } = await read(ctx, id);
      keyOf(signer, selector);
      const { [selector]: _, ...keys } = signer.keys;
      const saved = await save(ctx, id, { ...signer, keys }, version);
      const live = (await ctx.parts.revisions.live())?.settings.signers[id];
      if (live?.keys[selector]?.use !== "active") {
        const name = { kind: "signer", objectId: id, field: secretField(selector) };
        await ctx.parts.secrets.clear(actorOf(ctx), name);
      }
      return saved;
    }),

  /** Does DNS have the record of this key? */
  checkKey: procedure("edit")
    .input(Named)
    .mutation(async ({ ctx, input: { id, selector } }): Promise<KeyRecordCheck> => {
      const { signer } = await read(ctx, id);
      const key = keyOf(signer, selector);
      return ctx.parts.checks.keyRecord({ domain: signer.domain, selector, key });
    }),

  /** A new key for rewritten addresses. Addresses made with the one before can no longer be restored. */
  makeRewritingKey: procedure("manage")
    .input(z.strictObject({ id: Id }))
    .mutation(async ({ ctx, input: { id } }): Promise<{ version: number }> => {
      const { signer, version } = await read(ctx, id);
      const saved = await save(ctx, id, { ...signer, srsKey: stored }, version);
      const name = { kind: "signer", objectId: id, field: "srsKey" };
      await ctx.parts.secrets.set(actorOf(ctx), name, randomBytes(32).toString("base64url"));
      return saved;
    }),
});
