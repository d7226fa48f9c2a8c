/** The public surface of the language. */
export { type BlockTitle, blockTitle } from "./block-title.ts";
export { type CheckOptions, check, checkDespiteMistakes } from "./checker.ts";
export { classSignature, coreClasses } from "./class-signature.ts";
export { type Compiled, type CompileOptions, compile } from "./compiler.ts";
export {
  type Diagnostic,
  fullMessage,
  hasErrors,
  makeDiagnostic,
  type Related,
  renderDiagnostic,
  type Severity,
} from "./diagnostic.ts";
export * from "./host.ts";
export { type Comment, lex } from "./lexer.ts";
export { coreSignatures } from "./library/core-signatures.ts";
export * from "./library/index.ts";
export { defaultLimits } from "./limits.ts";
export { type LiteralValue, literal } from "./literal.ts";
export { memoryOf } from "./memory-counter.ts";
export { defineNativeClass, type NativeMethod } from "./native-class.ts";
export { type Parsed, parse } from "./parser.ts";
export { print } from "./printer.ts";
export { hsl, type Interpolation, joinScripts, type Mark, mark, Script } from "./script.ts";
export * from "./signature.ts";
export { Source } from "./source.ts";
export { HslArray, type Key } from "./values/array.ts";
export { decodeBytes, encodeText, fromUint8Array, toUint8Array } from "./values/bytes.ts";
export { looseEquals, order, strictEquals } from "./values/compare.ts";
export { numberToText, toNumber, toText, truthy, typeName } from "./values/convert.ts";
export { ScriptError } from "./values/errors.ts";
export { HslFunction, HslObject } from "./values/object.ts";
export { compilePattern, HslRegex, patternFromText } from "./values/regex.ts";
export type { Value } from "./values/value.ts";
