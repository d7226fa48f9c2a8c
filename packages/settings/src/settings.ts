/** Everything an administrator decides, as one value: what a revision holds. */
import { Flow, Layout, ObjectId } from "@sluice/flow-schema";
import { z } from "zod";
import { Certificate } from "./certificate.ts";
import { Directory } from "./directory.ts";
import { Domain } from "./domain.ts";
import { StoredFile } from "./file.ts";
import { Gateway } from "./gateway.ts";
import { Listener } from "./listener.ts";
import { Quarantine } from "./quarantine.ts";
import { Signer } from "./signer.ts";
import { Transport } from "./transport.ts";

export const objectSchemas = {
  gateway: Gateway,
  listener: Listener,
  domain: Domain,
  transport: Transport,
  directory: Directory,
  file: StoredFile,
  certificate: Certificate,
  signer: Signer,
  quarantine: Quarantine,
  flow: Flow,
  layout: Layout, // of the flow with the same id; never a change of meaning
} as const;

export type ObjectKind = keyof typeof objectSchemas;
export const objectKinds = Object.keys(objectSchemas) as readonly ObjectKind[];
export type ObjectOf<Kind extends ObjectKind> = z.output<(typeof objectSchemas)[Kind]>;

const records = <T extends z.ZodType>(type: T) => z.record(ObjectId, type).default({});

export const Settings = z.strictObject({
  gateway: Gateway.prefault({}),
  listeners: records(Listener),
  domains: records(Domain),
  transports: records(Transport),
  directories: records(Directory),
  files: records(StoredFile),
  certificates: records(Certificate),
  signers: records(Signer),
  quarantines: records(Quarantine),
  flows: records(Flow),
  layouts: records(Layout),
});
export type Settings = z.output<typeof Settings>;
