/**
 * What a script may name: the functions and variables of the place it runs in.
 * Signatures are plain data. The checker, the editor's completion and the
 * reference pages read them; the bodies live elsewhere (`host.ts`).
 */

export type ValueKind =
  | "number"
  | "boolean"
  | "string"
  | "array"
  | "none"
  | "function"
  | "object"
  | "regex"
  | "any";

export type ParameterSignature = {
  readonly name: string;
  readonly kinds: readonly ValueKind[];
  /** One sentence: what goes in, with its unit. */
  readonly help: string;
  readonly optional?: boolean;
  /** The last parameter only: takes all further arguments. */
  readonly rest?: boolean;
};

/**
 * - `function`  returns a value, changes nothing outside the run
 * - `lookup`    asks the world (DNS, LDAP, HTTP, a file); may be cached
 * - `modifier`  changes the message or the verdict, the run goes on
 * - `action`    ends the run, always
 * - `action-or-modifier` ends the run unless an argument says otherwise (`["done" => false]`)
 */
export type FunctionRole = "function" | "lookup" | "modifier" | "action" | "action-or-modifier";

export type FunctionSignature = {
  readonly name: string;
  readonly role: FunctionRole;
  /** First sentence of the reference page. */
  readonly summary: string;
  readonly parameters: readonly ParameterSignature[];
  readonly returns: { readonly kinds: readonly ValueKind[]; readonly help: string };
  /** Class of the object that comes back, or of those in the array that does. */
  readonly gives?: string;
  /** `true` when a body may return a promise; the compiler keeps everything else synchronous. */
  readonly mayWait?: boolean;
  /** Other names with the same body. */
  readonly aliases?: readonly string[];
  /** A script that a test runs, with the log it prints. */
  readonly example?: { readonly script: string; readonly log: readonly string[] };
  readonly errors?: string;
  readonly source?: string; // "RFC 7208 §4.6"
  readonly since?: "classic" | "modern" | "sluice";
};

/** What an object of a class can be asked. */
export type MethodSignature = {
  readonly name: string;
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly optional?: boolean }[];
  readonly returns: { readonly kinds: readonly ValueKind[] };
  /** As with a function. */
  readonly gives?: string;
};

export type ClassSignature = {
  readonly name: string;
  readonly methods: ReadonlyMap<string, MethodSignature>;
};

export type VariableSignature = {
  readonly name: string; // without "$"
  readonly kinds: readonly ValueKind[];
  readonly help: string;
  /** Writable and kept between the flows of one session (`$context`). */
  readonly writable?: boolean;
  /** Never printed by `echo`, a trace or a log: shown as `***`. */
  readonly secret?: boolean;
};

export type Environment = {
  readonly functions: ReadonlyMap<string, FunctionSignature>; // aliases included, each under its own name
  readonly variables: ReadonlyMap<string, VariableSignature>;
  /** Classes of the objects that functions give; those of the language are known without. */
  readonly classes?: ReadonlyMap<string, ClassSignature>;
  /** One sentence about where a name exists that this place has not. */
  readonly elsewhere?: (what: "function" | "variable", name: string) => string | undefined;
};
