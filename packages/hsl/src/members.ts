/** Members of objects, and who may touch them. */
import { ClassCode, Closure, Native } from "./callable.ts";
import { collectionEntries, collectionMember, collectionNames } from "./collections.ts";
import { nativeMember, nativeNames } from "./native-class.ts";
import { typeName } from "./values/convert.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import { HslFunction, HslObject } from "./values/object.ts";
import type { Value } from "./values/value.ts";

/** The class whose code is asking; `null` outside of classes. */
export type Asker = string | null;

export const objectOf = (value: Value, site: Site): HslObject => {
  if (value instanceof HslObject) return value;
  throw new ScriptError("wrong-type", `${typeName(value)} has no members`, site);
};

const checkAccess = (object: HslObject, name: string, asker: Asker, site: Site): void => {
  const { shape } = object;
  if (shape instanceof ClassCode && shape.privates.has(name) && asker !== shape.name) {
    throw new ScriptError("private", `${object.className}'s \`${name}\` is private`, site);
  }
};

/** `undefined` when there is no such member. */
export const peekMember = (
  object: HslObject,
  name: string,
  asker: Asker,
  site: Site,
): Value | undefined => {
  checkAccess(object, name, asker, site);
  const ofCollection = collectionMember(object, name);
  if (ofCollection !== null) return ofCollection;
  const ofHost = nativeMember(object, name);
  if (ofHost !== null) return ofHost;
  const { shape } = object;
  const native = shape instanceof ClassCode ? shape.natives.get(name) : undefined;
  if (native !== undefined) return new HslFunction(name, new Native(() => native(object)));
  const value = object.members.get(name);
  if (value !== undefined || !(shape instanceof ClassCode)) return value;
  const method = shape.methods.get(name);
  if (method !== undefined && name !== "constructor") {
    return new HslFunction(name, new Closure(method, [], object));
  }
  return undefined;
};

/** What `foreach` shows of an object: everything the asker may touch. */
export const visibleMembers = (object: HslObject, asker: Asker): Map<string, Value> => {
  const { shape } = object;
  const hidden = shape instanceof ClassCode && shape.name !== asker ? shape.privates : new Set();
  return new Map([...object.members].filter(([name]) => !hidden.has(name)));
};

const refuseCollection = (object: HslObject, site: Site): void => {
  if (collectionEntries(object) === null && nativeMember(object, "") === null) return;
  throw new ScriptError("read-only", `a ${object.className} changes by its functions`, site);
};

export const readMember = (object: HslObject, name: string, asker: Asker, site: Site): Value => {
  const value = peekMember(object, name, asker, site);
  if (value !== undefined) return value;
  const known = collectionNames(object) ?? nativeNames(object);
  const there = known === null ? "" : `; its members are ${known.join(", ")}`;
  throw new ScriptError("unknown-member", `${object.className} has no \`${name}\`${there}`, site);
};

export const writeMember = (
  object: HslObject,
  name: string,
  value: Value,
  asker: Asker,
  site: Site,
): void => {
  checkAccess(object, name, asker, site);
  refuseCollection(object, site);
  const { shape } = object;
  if (shape instanceof ClassCode) {
    const isFixed = shape.readonlys.has(name) && (object.members.has(name) || asker !== shape.name);
    if (isFixed || shape.methods.has(name) || shape.natives.has(name)) {
      throw new ScriptError(
        "read-only",
        `${object.className}'s \`${name}\` cannot be assigned`,
        site,
      );
    }
  }
  object.members.set(name, value);
};

export const removeMember = (
  object: HslObject,
  name: string,
  asker: Asker,
  site: Site,
): boolean => {
  checkAccess(object, name, asker, site);
  refuseCollection(object, site);
  if (object.shape instanceof ClassCode && object.shape.readonlys.has(name)) {
    throw new ScriptError("read-only", `${object.className}'s \`${name}\` cannot be removed`, site);
  }
  return object.members.delete(name);
};
