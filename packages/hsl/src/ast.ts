/** The tree of a script. Every node knows the stretch of text it was made of. */
import type { Source, Span } from "./source.ts";
import type { StringPart } from "./token.ts";

type Node<Kind extends string, Fields = object> = Span & { readonly kind: Kind } & Readonly<Fields>;

export type Program = Node<"Program", { body: readonly Statement[]; source: Source }>;

export type Expression =
  | NumberLiteral
  | StringLiteral
  | RegexLiteral
  | BooleanLiteral
  | NoneLiteral
  | ArrayLiteral
  | Variable
  | Name
  | ScopedName
  | Call
  | Index
  | Slice
  | Member
  | Unary
  | Update
  | Binary
  | Coalesce
  | Conditional
  | Assignment
  | FunctionExpression
  | Match
  | Cache
  | Isset
  | Unset;

export type NumberLiteral = Node<"Number", { value: number }>;
export type StringLiteral = Node<"String", { parts: readonly StringPart[] }>;
export type RegexLiteral = Node<"Regex", { pattern: string; flags: string }>;
export type BooleanLiteral = Node<"Boolean", { value: boolean }>;
export type NoneLiteral = Node<"None">;

/** `[1, "k" => 2, ...$more]`, also written `array(…)`. */
export type ArrayLiteral = Node<"Array", { items: readonly ArrayItem[] }>;
export type ArrayItem = Node<
  "Item",
  { key: Expression | null; value: Expression; isSpread: boolean }
>;

export type Variable = Node<"Variable", { name: string }>;
/** A function's name, called or as a value; `builtin` asks for the original of an overridden one. */
export type Name = Node<"Name", { name: string; isBuiltin: boolean }>;
/** `Class::$field`, `Class::method`, `namespace::name`, `static::…`. */
export type ScopedName = Node<"Scoped", { scope: string; name: string; isVariable: boolean }>;

export type Argument = Node<"Argument", { value: Expression; isSpread: boolean }>;
export type Call = Node<"Call", { callee: Expression; args: readonly Argument[] }>;
/** `$a[i]`; `$a[]` has no index; `$a[...path]` walks a path. */
export type Index = Node<
  "Index",
  { object: Expression; index: Expression | null; isPath: boolean }
>;
export type Slice = Node<
  "Slice",
  { object: Expression; first: Expression | null; last: Expression | null; step: Expression | null }
>;
export type Member = Node<"Member", { object: Expression; name: string }>;

export type Unary = Node<"Unary", { operator: "!" | "-" | "+" | "~"; operand: Expression }>;
export type Update = Node<
  "Update",
  { operator: "++" | "--"; isPrefix: boolean; target: Expression }
>;
/** Arithmetic, comparison, `and` and `or`. */
export type Binary = Node<"Binary", { operator: string; left: Expression; right: Expression }>;
export type Coalesce = Node<"Coalesce", { left: Expression; right: Expression }>;
/** `test ? consequent : otherwise`; without the middle it is `test ?: otherwise`. */
export type Conditional = Node<
  "Conditional",
  { test: Expression; consequent: Expression | null; otherwise: Expression }
>;
export type Assignment = Node<
  "Assignment",
  { operator: string; target: Expression | Pattern; value: Expression }
>;

/** The left side of a destructuring assignment. */
export type Pattern = Node<"Pattern", { items: readonly PatternItem[] }>;
export type PatternItem = Node<
  "PatternItem",
  {
    key: Expression | null;
    target: Expression | Pattern;
    fallback: Expression | null;
    isRest: boolean;
  }
>;

export type Parameter = Node<
  "Parameter",
  { name: string; fallback: Expression | null; isRest: boolean }
>;
export type FunctionExpression = Node<
  "Function",
  { parameters: readonly Parameter[]; captures: readonly Variable[]; body: readonly Statement[] }
>;
/** An arm without tests is the default. */
export type MatchArm = Node<"Arm", { tests: readonly Expression[] | null; value: Expression }>;
export type Match = Node<"Match", { subject: Expression; arms: readonly MatchArm[] }>;
export type Cache = Node<"Cache", { options: ArrayLiteral; call: Call }>;
export type Isset = Node<"Isset", { targets: readonly Expression[] }>;
export type Unset = Node<"Unset", { targets: readonly Expression[] }>;

export type Statement =
  | ExpressionStatement
  | Echo
  | Block
  | If
  | While
  | For
  | Forever
  | Foreach
  | Switch
  | Break
  | Continue
  | Return
  | Throw
  | Try
  | Barrier
  | Global
  | FunctionDeclaration
  | ClassDeclaration
  | Include
  | Import
  | Empty;

export type ExpressionStatement = Node<"Expression", { expression: Expression }>;
export type Echo = Node<"Echo", { value: Expression }>;
export type Block = Node<"Block", { body: readonly Statement[] }>;
export type Empty = Node<"Empty">;
/** `if` and its `else if`s are arms of one node, so long chains stay flat. */
export type If = Node<"If", { arms: readonly IfArm[]; otherwise: Statement | null }>;
export type IfArm = Node<"IfArm", { test: Expression; body: Statement }>;
export type While = Node<"While", { test: Expression; body: Statement }>;
export type For = Node<
  "For",
  {
    init: readonly Expression[];
    test: Expression | null;
    step: readonly Expression[];
    body: Statement;
  }
>;
export type Forever = Node<"Forever", { body: Statement }>;
export type Foreach = Node<
  "Foreach",
  { subject: Expression; key: Variable | null; value: Variable; body: Statement }
>;
export type Switch = Node<"Switch", { subject: Expression; cases: readonly Case[] }>;
/** A case without a test is `default`. */
export type Case = Node<"Case", { test: Expression | null; body: readonly Statement[] }>;
export type Break = Node<"Break">;
export type Continue = Node<"Continue">;
export type Return = Node<"Return", { value: Expression | null }>;
export type Throw = Node<"Throw", { value: Expression }>;
export type Try = Node<
  "Try",
  { body: readonly Statement[]; variable: Variable | null; handler: readonly Statement[] }
>;
export type Barrier = Node<
  "Barrier",
  { name: Expression; shared: Variable | null; body: readonly Statement[] }
>;
export type Global = Node<"Global", { variables: readonly Variable[] }>;

export type FunctionDeclaration = Node<
  "FunctionDeclaration",
  {
    name: string;
    nameSpan: Span;
    parameters: readonly Parameter[];
    body: readonly Statement[];
  }
>;

export type ClassDeclaration = Node<
  "Class",
  { name: string; nameSpan: Span; members: readonly ClassMember[] }
>;
export type ClassMember = Property | Method;
export type Property = Node<
  "Property",
  {
    name: string;
    value: Expression | null;
    isStatic: boolean;
    isPrivate: boolean;
    isReadonly: boolean;
  }
>;
/** The constructor is the method named `constructor`. */
export type Method = Node<
  "Method",
  {
    name: string;
    parameters: readonly Parameter[];
    body: readonly Statement[];
    isStatic: boolean;
    isPrivate: boolean;
  }
>;

export type Include = Node<"Include", { path: StringLiteral; isOnce: boolean }>;
export type Import = Node<
  "Import",
  { what: ImportList | ImportNamespace | ImportData; path: StringLiteral }
>;
export type ImportList = Node<"ImportList", { items: readonly ImportItem[] }>;
/** `name as local`; with a dollar sign both are variables. */
export type ImportItem = Node<"ImportItem", { name: string; local: string; isVariable: boolean }>;
export type ImportNamespace = Node<"ImportNamespace", { local: string }>;
export type ImportData = Node<"ImportData", { variable: Variable; options: ArrayLiteral | null }>;

export type AnyNode =
  | Program
  | Expression
  | Statement
  | Pattern
  | PatternItem
  | ArrayItem
  | Argument
  | Parameter
  | MatchArm
  | IfArm
  | Case
  | ClassMember
  | ImportList
  | ImportItem
  | ImportNamespace
  | ImportData;
