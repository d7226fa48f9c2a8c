/** Where each kind of object is edited: a line for each feature that edits one. */
import type { ObjectKind } from "../api.ts";

type Place = { readonly id: string; readonly node?: string | undefined };

const links: Partial<Record<ObjectKind, (place: Place) => string>> = {
  flow: ({ id, node }) =>
    `/flows/${encodeURIComponent(id)}${node === undefined ? "" : `?node=${encodeURIComponent(node)}`}`,
  layout: ({ id }) => `/flows/${encodeURIComponent(id)}`,
  domain: ({ id }) => `/routing/domains/${encodeURIComponent(id)}`,
  transport: ({ id }) => `/routing/transports/${encodeURIComponent(id)}`,
  directory: ({ id }) => `/resources/directories/${encodeURIComponent(id)}`,
  file: ({ id }) => `/resources/files/${encodeURIComponent(id)}`,
  certificate: ({ id }) => `/resources/certificates/${encodeURIComponent(id)}`,
  signer: ({ id }) => `/resources/signing-keys/${encodeURIComponent(id)}`,
  quarantine: ({ id }) => `/resources/quarantines/${encodeURIComponent(id)}`,
  gateway: () => "/system/gateway",
  listener: ({ id }) => `/routing/listeners/${encodeURIComponent(id)}`,
};

/** The address of an object's page; null when there is none. */
export const objectLink = (kind: ObjectKind, place: Place): string | null =>
  links[kind]?.(place) ?? null;

export const kindWords: Readonly<Record<ObjectKind, string>> = {
  gateway: "Gateway",
  listener: "Listener",
  domain: "Domain",
  transport: "Transport",
  directory: "Directory",
  file: "File",
  certificate: "Certificate",
  signer: "Signing key",
  quarantine: "Quarantine",
  flow: "Flow",
  layout: "Layout of",
};
