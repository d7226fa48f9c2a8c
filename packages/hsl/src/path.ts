/** Writing through subscripts: `$a[1]["x"] = v` builds what is missing and copies what is shared. */
import {
  type Asker,
  objectOf,
  peekMember,
  readMember,
  removeMember,
  writeMember,
} from "./members.ts";
import type { Run } from "./run.ts";
import { HslArray, type Key, keyOf } from "./values/array.ts";
import { toText, typeName } from "./values/convert.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import { HslObject } from "./values/object.ts";
import type { Value } from "./values/value.ts";

/** A key of the path; `null` appends. */
export type PathKey = Value | typeof append;
export const append = Symbol("append");

export type Place = { readonly run: Run; readonly asker: Asker; readonly site: Site };

/** One element, quietly: `undefined` where there is none. */
export const peekElement = (container: Value, key: Value, at: Place): Value | undefined => {
  if (container instanceof HslArray) {
    const index = keyIn(key, at.site);
    const value = container.get(index);
    return value === null && !container.has(index) ? undefined : value;
  }
  if (typeof container === "string") {
    const place = typeof key === "number" ? Math.trunc(key) : keyIn(key, at.site);
    const byte = typeof place === "number" ? container.charAt(place) : "";
    return byte === "" ? undefined : byte;
  }
  if (container instanceof HslObject) return peekMember(container, toText(key), at.asker, at.site);
  return undefined;
};

/** One element as a value; none where there is none. */
export const readElement = (container: Value, key: Value, at: Place): Value => {
  if (container instanceof HslArray) return container.get(keyIn(key, at.site));
  if (container instanceof HslObject) return readMember(container, toText(key), at.asker, at.site);
  if (typeof container === "string" && typeof keyIn(key, at.site) !== "number") {
    throw new ScriptError("wrong-key", "a byte of a string is named by its position", at.site);
  }
  if (typeof container === "string" || container === null) {
    return peekElement(container, key, at) ?? null;
  }
  throw new ScriptError("wrong-type", `${typeName(container)} has no elements`, at.site);
};

const keyIn = (key: Value, site: Site): Key => {
  if (typeof key === "number" || typeof key === "string") return key;
  try {
    return keyOf(key);
  } catch (error) {
    if (error instanceof ScriptError) error.site ??= site;
    throw error;
  }
};

/**
 * The container with the element at `keys[depth…]` replaced: the same array when
 * nobody else holds it, else a copy.
 */
export const writePath = (
  container: Value | undefined,
  keys: readonly PathKey[],
  depth: number,
  value: Value,
  at: Place,
): Value => {
  const key = keys[depth];
  if (key === undefined) return value;
  if (container instanceof HslObject) {
    if (key === append)
      throw new ScriptError("wrong-type", "nothing can be appended to an object", at.site);
    const name = toText(key);
    const isLast = depth + 1 === keys.length;
    const inner = isLast ? undefined : peekMember(container, name, at.asker, at.site);
    writeMember(container, name, writePath(inner, keys, depth + 1, value, at), at.asker, at.site);
    return container;
  }
  const array = writableArray(container, at);
  const size = array.size;
  const index = key === append ? array.nextIndex() : keyIn(key, at.site);
  const isLast = depth + 1 === keys.length;
  array.put(
    index,
    isLast
      ? value
      : writePath(array.has(index) ? array.get(index) : undefined, keys, depth + 1, value, at),
  );
  if (array.size > size) grown(array, index, at);
  return array;
};

const grown = (array: HslArray, key: Key, at: Place): void => {
  at.run.checkItems(array.size);
  at.run.allocate(typeof key === "string" ? 32 + key.length : 32);
};

const writableArray = (container: Value | undefined, at: Place): HslArray => {
  if (container === undefined || container === null) {
    at.run.allocate(96);
    return new HslArray();
  }
  if (!(container instanceof HslArray)) {
    throw new ScriptError(
      "wrong-type",
      `an element of ${typeName(container)} cannot be assigned`,
      at.site,
    );
  }
  const array = container.writable();
  if (array !== container) at.run.charge(array.size >> 4, 96 + array.size * 16);
  return array;
};

export type Removal = { readonly container: Value | undefined; readonly existed: boolean };

/** The container without the element at `keys[depth…]`. */
export const removePath = (
  container: Value | undefined,
  keys: readonly PathKey[],
  depth: number,
  at: Place,
): Removal => {
  const key = keys[depth];
  const isLast = depth + 1 === keys.length;
  if (key === undefined || key === append) return { container, existed: false };
  if (container instanceof HslObject) {
    const name = toText(key);
    if (isLast)
      return {
        container,
        existed: removeMember(objectOf(container, at.site), name, at.asker, at.site),
      };
    const inner = removePath(peekMember(container, name, at.asker, at.site), keys, depth + 1, at);
    if (inner.existed && inner.container !== undefined) {
      writeMember(container, name, inner.container, at.asker, at.site);
    }
    return { container, existed: inner.existed };
  }
  const index = container instanceof HslArray ? keyIn(key, at.site) : "";
  if (!(container instanceof HslArray) || !container.has(index))
    return { container, existed: false };
  const array = writableArray(container, at);
  if (isLast) return { container: array, existed: array.delete(index) };
  const inner = removePath(array.get(index), keys, depth + 1, at);
  if (inner.container !== undefined) array.put(index, inner.container);
  return { container: array, existed: inner.existed };
};
