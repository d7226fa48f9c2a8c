import { z } from "zod";

/** A reference to a secret, never the secret: kept encrypted beside the settings, or read from the environment. */
export const StoredSecret = z.union([
  z.strictObject({ secret: z.literal("stored") }),
  z.strictObject({
    secret: z.templateLiteral(["env ", z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)]),
  }),
]);
export type StoredSecret = z.output<typeof StoredSecret>;
