/**
 * The two values with identity. What a function does is the machine's business
 * (`RunContext.call` runs it); a library only passes them on.
 */
import type { Value } from "./value.ts";

/** A function as a value: `$f = strlen;`, `function ($x) { … }`, `$object->method`. */
export class HslFunction {
  /** Empty for an anonymous function. */
  readonly name: string;
  /** Only the machine that made it knows how to run it. */
  readonly code: object;

  constructor(name: string, code: object) {
    this.name = name;
    this.code = code;
  }
}

/** An instance of a class. Two names for it are the same object. */
export class HslObject {
  readonly className: string;
  readonly members: Map<string, Value>;
  /** Methods and access rules; only the machine reads them. */
  readonly shape: object;

  constructor(className: string, shape: object, members: Map<string, Value> = new Map()) {
    this.className = className;
    this.shape = shape;
    this.members = members;
  }
}
