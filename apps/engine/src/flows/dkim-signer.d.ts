/** The part of mailauth's signer that we use; this file of it has no types of its own. */
declare module "mailauth/lib/dkim/dkim-signer.js" {
  import { Writable } from "node:stream";

  export type ParsedHeaders = {
    readonly parsed: { readonly key: string | null; casedKey?: string }[];
  };
  export class DkimSigner extends Writable {
    constructor(options: object);
    /** Called once with all header fields, before anything is signed. */
    messageHeaders(headers: ParsedHeaders): Promise<void>;
    readonly signatureHeaders: readonly string[];
    readonly errors: readonly { readonly err: Error }[];
  }
}
