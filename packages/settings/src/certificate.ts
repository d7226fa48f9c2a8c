import { field } from "@sluice/flow-schema";
import { z } from "zod";
import { StoredSecret } from "./secret.ts";

/** A certificate with its key (ours), or without (a pinned remote one). */
export const Certificate = z.strictObject({
  title: field.text({ label: "Title", help: "Shown in lists.", max: 120 }).default(""),
  certificate: field.multiline({ label: "Certificate", help: "PEM, with the chain after it." }),
  privateKey: StoredSecret.optional(),
  /** A request that waits for its certificate. */
  request: field.multiline({ label: "Request", help: "PEM." }).optional(),
});
export type Certificate = z.output<typeof Certificate>;
