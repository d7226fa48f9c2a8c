import { field } from "@sluice/flow-schema";
import { z } from "zod";

/** A text file of the file store: word lists, accounts, addresses. */
export const StoredFile = z.strictObject({
  /** `file://NAME` in scripts; the id when absent. */
  name: field.text({
    label: "Name",
    help: "Scripts call it file://NAME.",
    max: 120,
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    patternHelp: "Letters, digits, dot, dash and underscore.",
  }),
  /** Digest of the stored content. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type StoredFile = z.output<typeof StoredFile>;
