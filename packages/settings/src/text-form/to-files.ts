/**
 * Settings as text: one file for each object, keys sorted, values that equal
 * the default left out, so that a reviewer reads what was decided. Over an
 * existing directory the comments of its files stay.
 */
import { Document, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from "yaml";
import { objectSchemas, type Settings } from "../settings.ts";
import { objectsOf, type SettingsObject } from "./objects.ts";
import { contentPath, pathOf } from "./paths.ts";

/** Text of a YAML file, or the bytes of a stored file. */
export type FileContent = string | Uint8Array;

export const toFiles = (
  settings: Settings,
  options: {
    /** Bytes of stored files by digest. */
    contents?: ReadonlyMap<string, Uint8Array>;
    /** Files as they are now; their comments are kept. */
    existing?: ReadonlyMap<string, string>;
  } = {},
): Map<string, FileContent> => {
  const files = new Map<string, FileContent>();
  for (const object of objectsOf(settings)) {
    const path = pathOf(object.kind, object.id, settings.flows[object.id]?.kind ?? null);
    if (object.kind === "layout" && settings.flows[object.id] === undefined) continue;
    files.set(path, toText(written(object, settings), options.existing?.get(path)));
  }
  for (const { name, sha256 } of Object.values(settings.files)) {
    const bytes = options.contents?.get(sha256);
    if (bytes !== undefined) files.set(contentPath(name), bytes);
  }
  return files;
};

/** What is written for an object: without what its place or its default says already. */
const written = (object: SettingsObject, settings: Settings): unknown => {
  if (object.kind === "file") return { name: settings.files[object.id]?.name };
  if (object.kind === "layout") return object.body;
  if (object.kind === "flow") return withoutEmptyOutcomes(object.body);
  return withoutDefaults(object);
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const withoutEmptyOutcomes = (flow: unknown): unknown => {
  if (!isRecord(flow) || !isRecord(flow["nodes"])) return flow;
  const nodes = Object.entries(flow["nodes"]).map(([id, node]) => {
    if (!isRecord(node) || !isRecord(node["outcomes"])) return [id, node];
    const { outcomes, ...rest } = node;
    return [id, Object.keys(node["outcomes"]).length === 0 ? rest : { ...rest, outcomes }];
  });
  return { ...flow, nodes: Object.fromEntries(nodes) };
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
};

const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** Leaves out each member that the schema would fill in just so. */
const withoutDefaults = ({ kind, body }: SettingsObject): unknown => {
  const schema = objectSchemas[kind];
  const drop = (current: unknown, replace: (next: unknown) => unknown): unknown => {
    if (!isRecord(current)) return current;
    let kept: Record<string, unknown> = { ...current };
    for (const [key, value] of Object.entries(current)) {
      const { [key]: _, ...rest } = kept;
      const parsed = schema.safeParse(replace(rest));
      if (parsed.success && same(parsed.data, body)) kept = rest;
      else if (isRecord(value)) {
        const outer = kept;
        const inner = drop(value, (next) => replace({ ...outer, [key]: next }));
        kept = { ...kept, [key]: inner };
      }
    }
    return kept;
  };
  return drop(body, (next) => next);
};

const keyOf = (key: unknown): string => String(isScalar(key) ? key.value : key);

const byKey = (a: { key: unknown }, b: { key: unknown }): number =>
  keyOf(a.key) < keyOf(b.key) ? -1 : 1;

const style = { lineWidth: 0, indentSeq: false } as const;

const toText = (value: unknown, existing: string | undefined): string => {
  const wanted = sorted(value);
  if (existing !== undefined) {
    const document = parseDocument(existing, { sortMapEntries: byKey });
    if (document.errors.length === 0 && isMap(document.contents)) {
      merge(document, document.contents, wanted);
      return document.toString(style);
    }
  }
  return new Document(wanted, { sortMapEntries: byKey }).toString(style);
};

/** Makes the map say `wanted`, touching only what differs, so that comments stay where they are. */
const merge = (document: Document, map: YAMLMap, wanted: unknown): void => {
  if (!isRecord(wanted)) return;
  map.items = map.items.filter((pair) => keyOf(pair.key) in wanted);
  for (const [key, value] of Object.entries(wanted)) {
    const pair = map.items.find((item) => keyOf(item.key) === key);
    if (pair === undefined) map.items.push(document.createPair(key, value));
    else if (isMap(pair.value) && isRecord(value)) merge(document, pair.value, value);
    else if (!same(plain(document, pair.value), value)) {
      const node = document.createNode(value);
      copyComments(pair.value, node);
      pair.value = node;
    }
  }
  map.items.sort(byKey);
};

const plain = (document: Document, value: unknown): unknown =>
  isMap(value) || isSeq(value) || isScalar(value) ? value.toJS(document) : value;

const copyComments = (from: unknown, to: Node): void => {
  if (!(isMap(from) || isSeq(from) || isScalar(from))) return;
  if (from.comment !== undefined) to.comment = from.comment;
  if (from.commentBefore !== undefined) to.commentBefore = from.commentBefore;
};
