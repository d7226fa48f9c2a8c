/** What we use of mailauth. Nobody imports it but `libraries.ts`: it loads three hundred files. */
export { authenticate } from "mailauth";
export { createSeal } from "mailauth/lib/arc/index.js";
export { DkimSigner } from "mailauth/lib/dkim/dkim-signer.js";
export { dkimVerify } from "mailauth/lib/dkim/verify.js";
export { evaluateDmarc } from "mailauth/lib/dmarc/index.js";
export { parsePolicy, validateMx } from "mailauth/lib/mta-sts.js";
export { spf } from "mailauth/lib/spf/index.js";
export { Oversigner } from "../oversign.ts";
