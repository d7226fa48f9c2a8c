/**
 * Text back into settings. A directory is taken whole or refused whole, with
 * every error at once: file, line, column, field, what is wrong, what to do.
 */
import { isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from "yaml";
import type { z } from "zod";
import { type ObjectKind, objectSchemas, type Settings } from "../settings.ts";
import { type SettingsObject, settingsFrom } from "./objects.ts";
import { contentPath, placeOf } from "./paths.ts";
import { cureFor, messageFor } from "./words.ts";

// both are in every runtime; no library of types that names them is shared by browser and Node
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean },
) => { decode: (bytes: Uint8Array) => string };
declare const TextEncoder: new () => { encode: (text: string) => Uint8Array };

export type FileError = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Path inside the file, as `tls.mode`; empty: the file itself. */
  readonly field: string;
  readonly message: string;
  readonly cure: string;
};

export type Location = { readonly file: string; readonly line: number; readonly column: number };

export type ReadFiles =
  | {
      readonly kind: "settings";
      readonly settings: Settings;
      /** Bytes of stored files by digest. */
      readonly contents: ReadonlyMap<string, Uint8Array>;
      /** Where a field of an object was written. */
      readonly locate: (
        kind: ObjectKind,
        id: string,
        path: readonly (string | number)[],
      ) => Location | null;
    }
  | { readonly kind: "wrong"; readonly errors: readonly FileError[] };

type Parsed = {
  readonly file: string;
  readonly value: unknown;
  readonly find: (path: readonly PropertyKey[]) => { line: number; column: number };
};

export const fromFiles = (
  files: ReadonlyMap<string, string | Uint8Array>,
  /** SHA-256 of bytes in hex. */
  digest: (bytes: Uint8Array) => string,
): ReadFiles => {
  const errors: FileError[] = [];
  const objects: SettingsObject[] = [];
  const parsedFiles = new Map<string, Parsed>();
  const contents = new Map<string, Uint8Array>();
  const unusedContents = new Set<string>();
  const at = (file: string, message: string, cure: string): void => {
    errors.push({ file, line: 1, column: 1, field: "", message, cure });
  };

  for (const path of files.keys()) {
    const place = placeOf(path);
    if (place?.type === "content") unusedContents.add(path);
    else if (place === null && path.endsWith(".yaml")) {
      at(
        path,
        "No settings belong into this file.",
        "Objects stand in listeners/, domains/, transports/, directories/, files/, certificates/, signers/, quarantines/ and flows/KIND/, named by their id.",
      );
    }
  }
  if (!files.has("gateway.yaml")) {
    at(
      "gateway.yaml",
      "This is no directory of settings: gateway.yaml is missing.",
      "Give the directory that `sluice export` wrote; an empty gateway.yaml will do.",
    );
  }

  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const place = placeOf(path);
    if (place === null || place.type === "content") continue;
    const parsed = parseFile(path, content, errors);
    if (parsed === null) continue;
    const kind = place.type === "object" ? place.kind : place.type;
    const name = `${kind}/${place.id}`;
    const twin = parsedFiles.get(name);
    if (twin !== undefined) {
      at(path, `The ${kind} “${place.id}” is in ${twin.file} too.`, "Remove one of the two files.");
      continue;
    }
    parsedFiles.set(name, parsed);
    const body =
      place.type === "object" && place.kind === "file"
        ? withContent(parsed, files, digest, contents, unusedContents, errors)
        : parsed.value;
    if (body === undefined) continue;
    const checked: z.ZodSafeParseResult<unknown> = objectSchemas[kind].safeParse(body);
    if (!checked.success) {
      for (const issue of checked.error.issues) errors.push(...issueErrors(parsed, kind, issue));
      continue;
    }
    if (place.type === "flow" && kindOf(checked.data) !== place.flowKind) {
      errors.push({
        file: path,
        ...parsed.find(["kind"]),
        field: "kind",
        message: `The flow says it is of the kind ${kindOf(checked.data)}, its folder says ${place.flowKind}.`,
        cure: `Move the file to flows/${kindOf(checked.data)}/, or correct the kind.`,
      });
    }
    objects.push({ kind, id: place.id, body: checked.data });
  }
  for (const path of unusedContents) {
    at(
      path,
      "No file object names this content.",
      "Add files/ID.yaml with its name, or remove it.",
    );
  }
  if (errors.length > 0) return { kind: "wrong", errors: errors.sort(byPlace) };

  const whole = settingsFrom(objects);
  if (!whole.success) {
    for (const { path, message } of whole.error.issues) {
      at(path.map(String).join("/"), message, "Correct it.");
    }
    return { kind: "wrong", errors };
  }
  return {
    kind: "settings",
    settings: whole.data,
    contents,
    locate: (kind, id, path) => {
      const parsed = parsedFiles.get(`${kind}/${id}`);
      return parsed === undefined ? null : { file: parsed.file, ...parsed.find(path) };
    },
  };
};

const byPlace = (a: FileError, b: FileError): number =>
  a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;

const kindOf = (flow: unknown): unknown =>
  flow !== null && typeof flow === "object" && "kind" in flow ? flow.kind : undefined;

const parseFile = (
  file: string,
  content: string | Uint8Array,
  errors: FileError[],
): Parsed | null => {
  let text: string;
  try {
    text =
      typeof content === "string"
        ? content
        : new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    const message = "This is not text in UTF-8.";
    errors.push({ file, line: 1, column: 1, field: "", message, cure: "Save it as UTF-8." });
    return null;
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const position = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  // only the first of a file: the others follow from it
  for (const { pos, message } of document.errors.slice(0, 1)) {
    const cure = "Correct the YAML: indent with spaces, quote text that holds “: ” or “#”.";
    errors.push({ file, ...position(pos[0]), field: "", message, cure });
  }
  if (document.errors.length > 0) return null;
  const find = (path: readonly PropertyKey[]): { line: number; column: number } =>
    position(offsetOf(document.contents, path));
  const hostile = hostileKey(document.contents, []);
  if (hostile !== null) {
    const field = hostile.join(".");
    const message = `The key “${hostile.at(-1)}” is not allowed.`;
    errors.push({ file, ...find(hostile), field, message, cure: "Choose another name." });
    return null;
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 50 }) ?? {};
  } catch (error) {
    const message = error instanceof Error ? error.message : "The aliases cannot be resolved.";
    errors.push({
      file,
      line: 1,
      column: 1,
      field: "",
      message,
      cure: "Write it without aliases.",
    });
    return null;
  }
  return { file, value, find };
};

/** The place of what the path names; of its nearest holder when there is no such thing. */
const offsetOf = (root: ParsedNode | null, path: readonly PropertyKey[]): number => {
  let node: unknown = root;
  let offset = root?.range[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      if (pair === undefined) return offset;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      if (isMap(node) || isSeq(node) || isScalar(node)) offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
};

const hostileKey = (node: unknown, path: readonly string[]): readonly string[] | null => {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (["__proto__", "constructor", "prototype"].includes(name)) return [...path, name];
      const inner = hostileKey(value, [...path, name]);
      if (inner !== null) return inner;
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const inner = hostileKey(item, [...path, String(index)]);
      if (inner !== null) return inner;
    }
  }
  return null;
};

/** A file object of the directory: its digest is that of the content beside it. */
const withContent = (
  parsed: Parsed,
  files: ReadonlyMap<string, string | Uint8Array>,
  digest: (bytes: Uint8Array) => string,
  contents: Map<string, Uint8Array>,
  unused: Set<string>,
  errors: FileError[],
): unknown => {
  const { value, file } = parsed;
  if (value === null || typeof value !== "object" || !("name" in value)) return value;
  if (typeof value.name !== "string") return value;
  if ("sha256" in value) {
    errors.push({
      file,
      ...parsed.find(["sha256"]),
      field: "sha256",
      message: "The digest is not written here.",
      cure: `Remove this line: it is made from ${contentPath(value.name)}.`,
    });
    return undefined;
  }
  const path = contentPath(value.name);
  const content = files.get(path);
  if (content === undefined) {
    errors.push({
      file,
      ...parsed.find(["name"]),
      field: "name",
      message: `Its content is missing: there is no ${path}.`,
      cure: `Put the content into ${path}.`,
    });
    return undefined;
  }
  unused.delete(path);
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const sha256 = digest(bytes);
  contents.set(sha256, bytes);
  return { ...value, sha256 };
};

const issueErrors = (parsed: Parsed, kind: ObjectKind, issue: z.core.$ZodIssue): FileError[] => {
  const { file } = parsed;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return {
        file,
        ...parsed.find(path),
        field: path.map(String).join("."),
        message: `There is no setting “${key}” here.`,
        cure: cureFor(kind, issue, key),
      };
    });
  }
  return [
    {
      file,
      ...parsed.find(issue.path),
      field: issue.path.map(String).join("."),
      message: messageFor(issue),
      cure: cureFor(kind, issue),
    },
  ];
};
