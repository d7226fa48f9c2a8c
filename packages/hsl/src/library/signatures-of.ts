import type { FunctionSignature } from "../signature.ts";

/** The same function under another of its names. */
export const signatureUnder = (signature: FunctionSignature, name: string): FunctionSignature => ({
  ...signature,
  name,
  aliases: [signature.name, ...(signature.aliases ?? [])].filter((one) => one !== name),
});

/** Functions under all their names. */
export const signaturesOf = (
  signatures: readonly FunctionSignature[],
): ReadonlyMap<string, FunctionSignature> =>
  new Map(
    signatures.flatMap((signature) => [
      [signature.name, signature] as const,
      ...(signature.aliases ?? []).map((name) => [name, signatureUnder(signature, name)] as const),
    ]),
  );
