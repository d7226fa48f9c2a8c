import type { FunctionBody } from "../host.ts";
import type { FunctionSignature } from "../signature.ts";
import { arrayCallbackFunctions } from "./array-callbacks.ts";
import { arrayRangeFunctions } from "./array-ranges.ts";
import { arrayFunctions } from "./arrays.ts";
import { baseEncodingFunctions } from "./base-encodings.ts";
import { csvFunctions } from "./csv.ts";
import { dateFunctions } from "./dates.ts";
import type { LibraryFunction } from "./define.ts";
import { hashFunctions } from "./hashing.ts";
import { idnaFunctions } from "./idna.ts";
import { jsonFunctions } from "./json.ts";
import { mathFunctions } from "./math.ts";
import { mimeWordFunctions } from "./mime-words.ts";
import { networkFunctions } from "./networks.ts";
import { packingFunctions } from "./packing.ts";
import { patternFunctions } from "./patterns.ts";
import { runFunctions } from "./run-functions.ts";
import { stringSearchFunctions } from "./string-search.ts";
import { stringFunctions } from "./strings.ts";
import { textEncodingFunctions } from "./text-encodings.ts";
import { typeFunctions } from "./types.ts";

export { includesAddress, parseAddress, parseNetwork, reversedAddress } from "./address.ts";
export { defineFunction, type LibraryFunction } from "./define.ts";
export { domainToAscii, domainToUnicode } from "./idna.ts";
export { decodeMimeWords, encodeMimeWords } from "./mime-words.ts";
export { functionReference } from "./reference.ts";
export { encodeUrl } from "./text-encodings.ts";

export type Library = {
  /** Each function under its own name and its other names. */
  readonly signatures: ReadonlyMap<string, FunctionSignature>;
  readonly bodies: ReadonlyMap<string, FunctionBody>;
};

/** Functions under all their names; a name that is taken already is a mistake. */
export const libraryOf = (functions: readonly LibraryFunction[]): Library => {
  const signatures = new Map<string, FunctionSignature>();
  const bodies = new Map<string, FunctionBody>();
  for (const one of functions) {
    const others = (one.signature.aliases ?? []).map(one.under);
    for (const { signature, body } of [one, ...others]) {
      if (signatures.has(signature.name)) {
        throw new Error(`two functions are named ${signature.name}`);
      }
      signatures.set(signature.name, signature);
      bodies.set(signature.name, body);
    }
  }
  return { signatures, bodies };
};

/** The functions every script has, whatever flow it belongs to; each once. */
export const coreFunctions: readonly LibraryFunction[] = [
  ...typeFunctions,
  ...arrayFunctions,
  ...arrayRangeFunctions,
  ...arrayCallbackFunctions,
  ...stringFunctions,
  ...stringSearchFunctions,
  ...patternFunctions,
  ...mathFunctions,
  ...dateFunctions,
  ...hashFunctions,
  ...baseEncodingFunctions,
  ...textEncodingFunctions,
  ...idnaFunctions,
  ...mimeWordFunctions,
  ...jsonFunctions,
  ...csvFunctions,
  ...packingFunctions,
  ...networkFunctions,
  ...runFunctions,
];

export const coreLibrary: Library = libraryOf(coreFunctions);
