/** The kinds of settings objects that are edited as a form: their words and where their pages are. */
import { objectSchemas } from "@sluice/settings";
import type { z } from "zod";
import type { ObjectKind } from "../../api.ts";

export type FormKind = Extract<
  ObjectKind,
  | "gateway"
  | "listener"
  | "domain"
  | "transport"
  | "directory"
  | "certificate"
  | "signer"
  | "quarantine"
>;

type Words = {
  readonly one: string;
  readonly many: string;
  readonly path: string;
  readonly schema: z.ZodObject;
  /** How scripts spell its id; null: they cannot name it. */
  readonly prefix: string | null;
  /** There is exactly one: it has no list, no name of its own, and nobody can delete it. */
  readonly single?: true;
};

export const formKinds: Readonly<Record<FormKind, Words>> = {
  gateway: {
    one: "gateway",
    many: "Gateway settings",
    path: "/system/gateway",
    schema: objectSchemas.gateway,
    prefix: null,
    single: true,
  },
  listener: {
    one: "listener",
    many: "Listeners",
    path: "/routing/listeners",
    schema: objectSchemas.listener,
    prefix: "mailserver",
  },
  domain: {
    one: "domain",
    many: "Domains",
    path: "/routing/domains",
    schema: objectSchemas.domain,
    prefix: null,
  },
  transport: {
    one: "transport",
    many: "Transports",
    path: "/routing/transports",
    schema: objectSchemas.transport,
    prefix: "mailtransport",
  },
  directory: {
    one: "LDAP profile",
    many: "LDAP profiles",
    path: "/resources/directories",
    schema: objectSchemas.directory,
    prefix: "ldap",
  },
  certificate: {
    one: "certificate",
    many: "Certificates",
    path: "/resources/certificates",
    schema: objectSchemas.certificate,
    prefix: "pki",
  },
  signer: {
    one: "signing domain",
    many: "Signing keys",
    path: "/resources/signing-keys",
    schema: objectSchemas.signer,
    prefix: "signer",
  },
  quarantine: {
    one: "quarantine folder",
    many: "Quarantine folders",
    path: "/resources/quarantines",
    schema: objectSchemas.quarantine,
    prefix: "mailquarantine",
  },
};

/** Stands for the id in the address while an object is made; no id may begin like this. */
export const newObject = "~new";

export const objectPath = (kind: FormKind, id: string): string =>
  formKinds[kind].single === true
    ? formKinds[kind].path
    : `${formKinds[kind].path}/${encodeURIComponent(id)}`;
