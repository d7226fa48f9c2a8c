/** What the compiling functions share: the names in scope, and each other. */
import type { Expression, FunctionExpression, Statement } from "./ast.ts";
import type { ClassCode, UserCode } from "./callable.ts";
import { ready, waiting } from "./code.ts";
import type { Names } from "./names.ts";
import type { Code, Step } from "./program.ts";
import type { ClassInfo, FunctionInfo, Scope } from "./scope.ts";
import type { Span } from "./source.ts";
import type { Unit } from "./unit.ts";
import { HslArray } from "./values/array.ts";
import type { Site } from "./values/errors.ts";
import type { Value } from "./values/value.ts";

/** The rules for nodes that contain each other, handed in so that each can have its own file. */
export type Rules = {
  readonly expression: (context: Context, node: Expression) => Code;
  readonly statement: (context: Context, node: Statement) => Step;
  readonly block: (context: Context, body: readonly Statement[]) => Step;
};

/** One for each compiled script. */
export type Shared = {
  readonly names: Names;
  readonly rules: Rules;
  /** Whether calling an unknown function value may have to wait. */
  readonly dynamicWaits: boolean;
  readonly userCode: (info: FunctionInfo) => UserCode;
  readonly classCode: (info: ClassInfo) => ClassCode;
  readonly closureInfo: (node: FunctionExpression) => FunctionInfo;
  /** Index of a host function in the run's table of bodies. */
  readonly bodyIndex: (name: string) => number;
  /** Probes by the statement they fire before. */
  readonly probes: ReadonlyMap<Statement, readonly number[]>;
};

export class Context {
  readonly shared: Shared;
  readonly scope: Scope;
  readonly unit: Unit;
  /** The class whose private members the code may touch. */
  readonly owner: ClassInfo | null;

  constructor(shared: Shared, scope: Scope, unit: Unit, owner: ClassInfo | null) {
    this.shared = shared;
    this.scope = scope;
    this.unit = unit;
    this.owner = owner;
  }

  get names(): Names {
    return this.shared.names;
  }

  expression(node: Expression): Code {
    return this.shared.rules.expression(this, node);
  }

  statement(node: Statement): Step {
    return this.shared.rules.statement(this, node);
  }

  block(body: readonly Statement[]): Step {
    return this.shared.rules.block(this, body);
  }

  /** A value that gets a second owner: an array must be copied before either writes. */
  owned(node: Expression): Code {
    const code = this.expression(node);
    if (isFresh(node)) return code;
    if (!code.waits) {
      const { operand } = code;
      return ready((frame) => share(operand.read(frame)));
    }
    const { run } = code;
    return waiting((frame) => {
      const value = run(frame);
      return value instanceof Promise ? value.then(share) : share(value);
    });
  }

  site(node: Span): Site {
    return this.unit.siteOf(node);
  }

  inUnit(unit: Unit): Context {
    return new Context(this.shared, this.scope, unit, this.owner);
  }
}

export const share = (value: Value): Value =>
  typeof value === "object" && value instanceof HslArray ? value.share() : value;

/** Whether nobody else can hold the expression's value yet. */
export const isFresh = ({ kind }: Expression): boolean => freshKinds.has(kind);

const freshKinds: ReadonlySet<Expression["kind"]> = new Set([
  ...(["Number", "String", "Boolean", "None", "Regex", "Array", "Unary", "Update"] as const),
  ...(["Binary", "Slice", "Function", "Isset", "Unset"] as const),
]);
