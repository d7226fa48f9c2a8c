/** Classes whose objects a host makes: their methods are bodies of the host, their state is its own. */
import { Native } from "./callable.ts";
import type { RunContext } from "./host.ts";
import { ScriptError } from "./values/errors.ts";
import { HslFunction, HslObject } from "./values/object.ts";
import type { Value } from "./values/value.ts";
import { untilCancelled } from "./wait.ts";

export type NativeMethod<State> = {
  readonly least: number;
  readonly most: number;
  /** `self` is the object that was asked, for methods that give it back. */
  readonly run: (
    state: State,
    args: readonly Value[],
    run: RunContext,
    self: HslObject,
  ) => Value | Promise<Value>;
};

class NativeShape {
  readonly names: () => Iterable<string>;
  readonly call: (name: string) => HslFunction | undefined;

  constructor(names: NativeShape["names"], call: NativeShape["call"]) {
    this.names = names;
    this.call = call;
  }
}

/**
 * Makes the objects of one class. A method may wait when the signature of the function that
 * gives the object says `mayWait`: the compiler then takes every call of a value for one that waits.
 */
export const defineNativeClass = <State>(
  className: string,
  methods: ReadonlyMap<string, NativeMethod<State>>,
) => {
  const states = new WeakMap<HslObject, State>();
  return {
    className,
    methods,
    make: (state: State): HslObject => {
      const object: HslObject = new HslObject(
        className,
        new NativeShape(
          () => methods.keys(),
          (name) => {
            const method = methods.get(name);
            if (method === undefined) return undefined;
            const { least, most, run: body } = method;
            return new HslFunction(
              name,
              new Native((run, args, site) => {
                run.site = site;
                run.step();
                if (args.length < least || args.length > most) {
                  throw new ScriptError(
                    "wrong-argument-count",
                    `${name} takes ${least === most ? most : `${least} to ${most}`} arguments, not ${args.length}`,
                    site,
                  );
                }
                const placed = (error: unknown): never => {
                  run.site = site;
                  if (error instanceof ScriptError) error.site ??= site;
                  throw error;
                };
                try {
                  const result = body(state, args, run, object);
                  if (!(result instanceof Promise)) return result;
                  return untilCancelled(result, run.host.signal).then(
                    (value) => {
                      run.site = site;
                      run.resumed();
                      return value;
                    },
                    (error: unknown) => {
                      run.resumed();
                      return placed(error);
                    },
                  );
                } catch (error) {
                  return placed(error);
                }
              }),
            );
          },
        ),
      );
      states.set(object, state);
      return object;
    },
    /** `undefined`: this value is no object of the class. */
    stateOf: (value: Value | undefined): State | undefined =>
      value instanceof HslObject ? states.get(value) : undefined,
  };
};

/** What an object of a host can be asked; `null`: no object of a host. */
export const nativeNames = ({ shape }: HslObject): readonly string[] | null =>
  shape instanceof NativeShape ? [...shape.names()] : null;

/** A method as a function; `undefined`: no such method, `null`: no object of a host. */
export const nativeMember = (object: HslObject, name: string): HslFunction | undefined | null =>
  object.shape instanceof NativeShape ? object.shape.call(name) : null;
