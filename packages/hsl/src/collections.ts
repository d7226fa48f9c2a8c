/**
 * `Map` and `Set`: collections that a script shares by reference. A key keeps its
 * type: `1` and `"1"` are two. They keep the order in which keys came.
 */
import { ClassCode, Native } from "./callable.ts";
import type { Run } from "./run.ts";
import { HslArray } from "./values/array.ts";
import { typeName } from "./values/convert.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import { HslFunction, HslObject } from "./values/object.ts";
import type { Value } from "./values/value.ts";

export type CollectionName = "Map" | "Set";

export const isCollectionName = (name: string): name is CollectionName =>
  name === "Map" || name === "Set";

/** The shape of a collection; its entries are members whose names a script cannot write. */
class Collection extends ClassCode {
  readonly isMap: boolean;

  constructor(name: CollectionName) {
    super(name);
    this.isMap = name === "Map";
  }
}

const shapes = { Map: new Collection("Map"), Set: new Collection("Set") } as const;

const encodeKey = (key: Value, site: Site): string => {
  if (typeof key === "string") return `s${key}`;
  if (typeof key === "number") return `n${key}`;
  if (typeof key === "boolean") return key ? "true" : "false";
  if (key === null) return "none";
  throw new ScriptError(
    "wrong-argument",
    `${typeName(key)} cannot be a key, only a string, number, boolean or none`,
    site,
  );
};

const decodeKey = (name: string): Value => {
  if (name.startsWith("s")) return name.slice(1);
  if (name.startsWith("n") && name !== "none") return Number(name.slice(1));
  return name === "none" ? null : name === "true";
};

const put = (run: Run, object: HslObject, key: Value, value: Value, site: Site): void => {
  const name = encodeKey(key, site);
  if (!object.members.has(name)) {
    run.checkItems(object.members.size + 1);
    run.allocate(64 + name.length);
  }
  object.members.set(name, value instanceof HslArray ? value.share() : value);
};

/** `Map(["a" => 1])` takes keys and values of an array, `Set(["a", "b"])` its values. */
export const makeCollection = (
  run: Run,
  className: CollectionName,
  args: readonly Value[],
  site: Site,
): HslObject => {
  const [from = null] = args;
  if (args.length > 1 || (from !== null && !(from instanceof HslArray))) {
    throw new ScriptError("wrong-argument", `${className} takes one array at most`, site);
  }
  run.allocate(160);
  const object = new HslObject(className, shapes[className]);
  for (const [key, value] of from ?? []) {
    run.step();
    if (className === "Map") put(run, object, key, value, site);
    else put(run, object, value, value, site);
  }
  return object;
};

type Method = {
  readonly least: number;
  readonly most: number;
  readonly run: (run: Run, self: HslObject, args: readonly Value[], site: Site) => Value;
};

const list = (run: Run, values: readonly Value[]): Value => {
  run.charge(values.length >> 2, values.length * 16);
  return HslArray.fromList(
    values.map((value) => (value instanceof HslArray ? value.share() : value)),
  );
};
const keysOf = (self: HslObject): Value[] => [...self.members.keys()].map(decodeKey);

const shared: Readonly<Record<string, Method>> = {
  has: {
    least: 1,
    most: 1,
    run: (_, self, [key = null], site) => self.members.has(encodeKey(key, site)),
  },
  delete: {
    least: 1,
    most: 1,
    run: (_, self, [key = null], site) => self.members.delete(encodeKey(key, site)),
  },
  clear: {
    least: 0,
    most: 0,
    run: (_, self) => {
      self.members.clear();
      return null;
    },
  },
  size: { least: 0, most: 0, run: (_, self) => self.members.size },
  values: { least: 0, most: 0, run: (run, self) => list(run, [...self.members.values()]) },
};

export const collectionMethods: Readonly<Record<CollectionName, ReadonlyMap<string, Method>>> = {
  Map: new Map(
    Object.entries({
      ...shared,
      keys: { least: 0, most: 0, run: (run, self) => list(run, keysOf(self)) },
      entries: {
        least: 0,
        most: 0,
        run: (run, self) =>
          list(
            run,
            [...self.members].map(([name, value]) => HslArray.of(decodeKey(name), value)),
          ),
      },
      get: {
        least: 1,
        most: 2,
        run: (_, self, [key = null, fallback = null], site) => {
          const value = self.members.get(encodeKey(key, site));
          if (value === undefined) return fallback;
          return value instanceof HslArray ? value.share() : value;
        },
      },
      set: {
        least: 2,
        most: 2,
        run: (run, self, [key = null, value = null], site) => {
          put(run, self, key, value, site);
          return self;
        },
      },
    } satisfies Record<string, Method>),
  ),
  Set: new Map(
    Object.entries({
      ...shared,
      add: {
        least: 1,
        most: 1,
        run: (run, self, [value = null], site) => {
          put(run, self, value, value, site);
          return self;
        },
      },
    } satisfies Record<string, Method>),
  ),
};

/** A method of a collection as a function; `undefined`: no such method, `null`: no collection. */
export const collectionMember = (object: HslObject, name: string): Value | undefined | null => {
  if (!(object.shape instanceof Collection)) return null;
  const method = collectionMethods[object.shape.isMap ? "Map" : "Set"].get(name);
  if (method === undefined) return undefined;
  return new HslFunction(
    name,
    new Native((run, args, site) => {
      run.step();
      if (args.length < method.least || args.length > method.most) {
        throw new ScriptError("wrong-argument-count", `${name} takes other arguments`, site);
      }
      return method.run(run, object, args, site);
    }),
  );
};

/** What it can be asked; null: no collection. */
export const collectionNames = ({ shape }: HslObject): readonly string[] | null =>
  shape instanceof Collection ? [...collectionMethods[shape.isMap ? "Map" : "Set"].keys()] : null;

/** What `foreach` goes through; null: no collection. */
export const collectionEntries = (object: HslObject): [Value, Value][] | null => {
  const { shape } = object;
  if (!(shape instanceof Collection)) return null;
  return [...object.members].map(([name, value], index) => [
    shape.isMap ? decodeKey(name) : index,
    value,
  ]);
};
