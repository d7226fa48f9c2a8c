/** A revision as a list of objects, and back: what the draft, the text form and a comparison work on. */
import type { z } from "zod";
import { type ObjectKind, objectKinds, objectSchemas, Settings } from "../settings.ts";

export type SettingsObject = {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly body: unknown;
};

/** Where objects of a kind stand in a revision; the gateway stands by itself. */
export const collections = {
  listener: "listeners",
  domain: "domains",
  transport: "transports",
  directory: "directories",
  file: "files",
  certificate: "certificates",
  signer: "signers",
  quarantine: "quarantines",
  flow: "flows",
  layout: "layouts",
} as const satisfies Record<Exclude<ObjectKind, "gateway">, keyof Settings>;

export const gatewayId = "gateway";

/** Every object of a revision, in the order of kinds, then ids. */
export const objectsOf = (settings: Settings): SettingsObject[] =>
  objectKinds.flatMap((kind): SettingsObject[] => {
    if (kind === "gateway") return [{ kind, id: gatewayId, body: settings.gateway }];
    const collection: Readonly<Record<string, unknown>> = settings[collections[kind]];
    return Object.keys(collection)
      .sort()
      .map((id) => ({ kind, id, body: collection[id] }));
  });

/** The revision that holds these objects, checked as a whole. */
export const settingsFrom = (
  objects: readonly SettingsObject[],
): z.ZodSafeParseResult<Settings> => {
  const raw: Record<string, unknown> = {};
  for (const name of Object.values(collections)) raw[name] = Object.create(null);
  for (const { kind, id, body } of objects) {
    if (kind === "gateway") raw["gateway"] = body;
    else (raw[collections[kind]] as Record<string, unknown>)[id] = body; // made three lines above
  }
  return Settings.safeParse(raw);
};

/** Parses the body of one object by its kind's schema. */
export const parseObject = (kind: ObjectKind, body: unknown): z.ZodSafeParseResult<unknown> =>
  objectSchemas[kind].safeParse(body);
