import type { HslArray } from "./array.ts";
import type { HslFunction, HslObject } from "./object.ts";
import type { HslRegex } from "./regex.ts";

/** none is null. A string is a byte string: one char (0–255) for each byte; see `bytes.ts`. */
export type Value =
  | null
  | number
  | boolean
  | string
  | HslArray
  | HslFunction
  | HslObject
  | HslRegex;
