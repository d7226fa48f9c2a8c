/** What differs between two states of the settings, object by object and field by field. */
import type { ObjectKind } from "@sluice/settings";
import type { SettingsObject } from "@sluice/settings/text-form";
import type { Path } from "./references.ts";

export type FieldChange = {
  readonly path: Path;
  readonly before: unknown;
  readonly after: unknown;
};

export type ObjectChange = {
  readonly kind: ObjectKind;
  readonly id: string;
  /** `moved`: only positions on the canvas; what the gateway does stays the same. */
  readonly change: "added" | "changed" | "removed" | "moved";
  readonly fields: readonly FieldChange[];
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** Equal as JSON: an absent member equals one that is undefined. */
export const sameValue = (a: unknown, b: unknown): boolean => fieldChanges(a, b, []).length === 0;

const fieldChanges = (before: unknown, after: unknown, path: Path): FieldChange[] => {
  if (before === after) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => fieldChanges(before[key], after[key], [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => fieldChanges(item, after[index], [...path, index]));
  }
  return [{ path, before, after }];
};

const keyOf = ({ kind, id }: { kind: ObjectKind; id: string }): string => `${kind}/${id}`;

/** What became of `from` in `to`. */
export const compareObjects = (
  from: readonly SettingsObject[],
  to: readonly SettingsObject[],
): ObjectChange[] => {
  const before = new Map(from.map((object) => [keyOf(object), object]));
  const after = new Map(to.map((object) => [keyOf(object), object]));
  const changes: ObjectChange[] = [];
  for (const object of to) {
    const { kind, id, body } = object;
    const old = before.get(keyOf(object));
    const fields = fieldChanges(old?.body, body, []);
    if (kind === "layout") {
      if (fields.length > 0) changes.push({ kind, id, change: "moved", fields: [] });
    } else if (old === undefined) {
      changes.push({ kind, id, change: "added", fields: [] });
    } else if (fields.length > 0) changes.push({ kind, id, change: "changed", fields });
  }
  for (const object of from) {
    const { kind, id } = object;
    if (after.has(keyOf(object))) continue;
    changes.push({ kind, id, change: kind === "layout" ? "moved" : "removed", fields: [] });
  }
  return changes;
};
