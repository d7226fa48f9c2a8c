/**
 * Who names whom. One table for settings objects; for blocks their own schemas
 * say which fields are references; scripts name objects as "ldap:main".
 */
import {
  type BlockRegistry,
  Flow,
  type FlowKind,
  fieldValues,
  type ReferenceKind,
} from "@sluice/flow-schema";
import type { ObjectKind } from "@sluice/settings";
import type { SettingsObject } from "@sluice/settings/text-form";

export type Path = readonly (string | number)[];

export type Reference = {
  readonly kind: ReferenceKind;
  readonly id: string;
  /** Where the name stands in the body. */
  readonly path: Path;
  readonly node?: string | undefined;
  readonly flowKind?: FlowKind | undefined;
  /** It stands in a node that is switched off: what it names may be made later. */
  readonly isOff?: boolean | undefined;
  /** The name is part of a script's text. */
  readonly inScript?: boolean | undefined;
};

type Place = { readonly path: Path; readonly kind: ReferenceKind; readonly flowKind?: FlowKind };

const places: Partial<Record<ObjectKind, readonly Place[]>> = {
  gateway: [
    { path: ["blacklist"], kind: "file" },
    { path: ["whitelist"], kind: "file" },
    { path: ["tlsReportTransport"], kind: "transport" },
  ],
  listener: [
    { path: ["tls", "certificates"], kind: "certificate" },
    { path: ["ipPolicyFlow"], kind: "flow", flowKind: "ip-policy" },
    { path: ["authenticationFlow"], kind: "flow", flowKind: "authentication" },
    { path: ["outboundTransport"], kind: "transport" },
  ],
  domain: [
    { path: ["listener"], kind: "listener" },
    { path: ["recipientFlow"], kind: "flow", flowKind: "recipient" },
    { path: ["contentFlow"], kind: "flow", flowKind: "content" },
    { path: ["deliveryFlow"], kind: "flow", flowKind: "delivery" },
    { path: ["transport"], kind: "transport" },
  ],
  transport: [
    { path: ["fallback"], kind: "transport" },
    { path: ["deliveryFlow"], kind: "flow", flowKind: "delivery" },
    { path: ["tls", "certificate"], kind: "certificate" },
    { path: ["tls", "clientCertificate"], kind: "certificate" },
  ],
  quarantine: [{ path: ["transport"], kind: "transport" }],
};

/** How scripts spell references (`ldap:main`), by kind. */
const scriptPrefixes: Readonly<Record<string, ReferenceKind>> = {
  mailserver: "listener",
  mailtransport: "transport",
  ldap: "directory",
  file: "file",
  mailquarantine: "quarantine",
  pki: "certificate",
  signer: "signer",
};
const scriptReference =
  /(["'])(mailserver|mailtransport|ldap|file|mailquarantine|pki|signer):([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)\1/g;

const at = (value: unknown, path: Path): unknown => {
  let inner = value;
  for (const step of path) {
    if (inner === null || typeof inner !== "object") return undefined;
    inner = (inner as Readonly<Record<string | number, unknown>>)[step]; // an object, as was just asked
  }
  return inner;
};

/** Every name of another object in this one. */
export const referencesOf = (
  { kind, body }: SettingsObject,
  blocks: BlockRegistry,
): readonly Reference[] => {
  if (kind === "flow") return flowReferences(body, blocks);
  return (places[kind] ?? []).flatMap((place): Reference[] => {
    const { flowKind } = place;
    const found = at(body, place.path);
    if (typeof found === "string") {
      return [{ kind: place.kind, id: found, path: place.path, flowKind }];
    }
    if (!Array.isArray(found)) return [];
    return found.flatMap((id, index) =>
      typeof id === "string"
        ? [{ kind: place.kind, id, path: [...place.path, index], flowKind }]
        : [],
    );
  });
};

const flowReferences = (body: unknown, blocks: BlockRegistry): Reference[] => {
  const flow = Flow.safeParse(body);
  if (!flow.success) return [];
  return Object.entries(flow.data.nodes).flatMap(([node, { block, config, disabled }]) => {
    const definition = blocks.get(block);
    if (definition === undefined) return [];
    return fieldValues(definition.config, config).flatMap(({ value, meta, path }): Reference[] => {
      if (typeof value !== "string") return [];
      const where = { path: ["nodes", node, "config", ...path], node, isOff: disabled };
      if (meta.widget === "reference" && meta.reference !== undefined) {
        return value === "" ? [] : [{ kind: meta.reference, id: value, ...where }];
      }
      if (meta.widget !== "script") return [];
      return [...value.matchAll(scriptReference)].flatMap(([, , prefix, id]): Reference[] => {
        const kindNamed = scriptPrefixes[prefix ?? ""];
        return kindNamed === undefined || id === undefined
          ? []
          : [{ kind: kindNamed, id, inScript: true, ...where }];
      });
    });
  });
};

/** The body with every reference to one object pointing to its new id. */
export const renameReferences = (
  object: SettingsObject,
  blocks: BlockRegistry,
  target: { kind: ReferenceKind; id: string; newId: string },
): unknown => {
  const body = structuredClone(object.body);
  for (const reference of referencesOf(object, blocks)) {
    if (reference.kind !== target.kind || reference.id !== target.id) continue;
    const holder = at(body, reference.path.slice(0, -1));
    const last = reference.path.at(-1);
    if (holder === null || typeof holder !== "object" || last === undefined) continue;
    const record = holder as Record<string | number, unknown>; // the clone, found by its own path
    const text = record[last];
    record[last] =
      reference.inScript === true && typeof text === "string"
        ? text.replaceAll(scriptReference, (whole, quote, prefix, id) =>
            scriptPrefixes[prefix] === target.kind && id === target.id
              ? `${quote}${prefix}:${target.newId}${quote}`
              : whole,
          )
        : target.newId;
  }
  return body;
};

const referable: ReadonlySet<string> = new Set<ReferenceKind>([
  "listener",
  "domain",
  "transport",
  "directory",
  "file",
  "quarantine",
  "certificate",
  "signer",
  "flow",
]);

/** Can other objects name objects of this kind? */
export const isReferable = (kind: ObjectKind): kind is ObjectKind & ReferenceKind =>
  referable.has(kind);

export type Use = {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly path: Path;
  readonly node?: string | undefined;
};

/** Every object that names this one. */
export const usesOf = (
  objects: readonly SettingsObject[],
  blocks: BlockRegistry,
  target: { kind: ObjectKind; id: string },
): Use[] =>
  objects.flatMap((object) =>
    referencesOf(object, blocks)
      .filter(({ kind, id }) => kind === target.kind && id === target.id)
      .map(({ path, node }) => ({ kind: object.kind, id: object.id, path, node })),
  );
