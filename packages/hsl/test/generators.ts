/** Random scripts for property tests: trees built from the AST's own types. */
import fc from "fast-check";
import type { Expression, Statement } from "../src/ast.ts";

const span = { start: 0, end: 0 };
const name = fc.constantFrom("a", "b", "foo", "x_1");

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .double({ min: 0, max: 1e21, noNaN: true })
    .map((value) => ({ kind: "Number" as const, value: value === 0 ? 0 : value, ...span })),
  fc.boolean().map((value) => ({ kind: "Boolean" as const, value, ...span })),
  fc.constant({ kind: "None" as const, ...span }),
  name.map((text) => ({ kind: "Variable" as const, name: text, ...span })),
  fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 5 }).map((bytes) => ({
    kind: "String" as const,
    parts: [String.fromCharCode(...bytes)],
    ...span,
  })),
  name.map((text) => ({
    kind: "String" as const,
    parts: ["a", { name: text, ...span }, "$1"],
    ...span,
  })),
  fc.constant({ kind: "Regex" as const, pattern: "a\\/b+", flags: "i", ...span }),
);

const place: fc.Arbitrary<Expression> = fc.oneof(
  name.map((text) => ({ kind: "Variable" as const, name: text, ...span })),
  fc.record({ object: name, index: fc.option(leaf) }).map(({ object, index }) => ({
    kind: "Index" as const,
    object: { kind: "Variable" as const, name: object, ...span },
    index,
    isPath: false,
    ...span,
  })),
);

const binaryOperators = "or and | ^ & == != === !== =~ !~ < <= > >= << >> >>> . + - * / % **".split(
  " ",
);
const assignmentOperators = "= += -= *= /= %= **= .= ??=".split(" ");

const tied = fc.letrec<{ expression: Expression; statement: Statement }>((tie) => {
  const expression = tie("expression");
  const statements = fc.array(tie("statement"), { maxLength: 3 });
  const argument = fc
    .record({ value: expression, isSpread: fc.boolean() })
    .map((fields) => ({ kind: "Argument" as const, ...fields, ...span }));
  const item = fc
    .record({ key: fc.option(expression), value: expression })
    .map((fields) => ({ kind: "Item" as const, isSpread: false, ...fields, ...span }));
  return {
    expression: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      leaf,
      fc
        .record({
          operator: fc.constantFrom(...binaryOperators),
          left: expression,
          right: expression,
        })
        .map((fields) => ({ kind: "Binary" as const, ...fields, ...span })),
      fc
        .record({
          operator: fc.constantFrom("!" as const, "-" as const, "~" as const),
          operand: expression,
        })
        .map((fields) => ({ kind: "Unary" as const, ...fields, ...span })),
      fc
        .record({ test: expression, consequent: fc.option(expression), otherwise: expression })
        .map((fields) => ({ kind: "Conditional" as const, ...fields, ...span })),
      fc
        .record({ left: place, right: expression })
        .map((fields) => ({ kind: "Coalesce" as const, ...fields, ...span })),
      fc
        .record({
          operator: fc.constantFrom(...assignmentOperators),
          target: place,
          value: expression,
        })
        .map((fields) => ({ kind: "Assignment" as const, ...fields, ...span })),
      fc
        .record({
          operator: fc.constantFrom("++" as const, "--" as const),
          isPrefix: fc.boolean(),
          target: place,
        })
        .map((fields) => ({ kind: "Update" as const, ...fields, ...span })),
      fc
        .record({ callee: expression, args: fc.array(argument, { maxLength: 3 }) })
        .map((fields) => ({ kind: "Call" as const, ...fields, ...span })),
      fc
        .record({ object: expression, index: expression, isPath: fc.boolean() })
        .map((fields) => ({ kind: "Index" as const, ...fields, ...span })),
      fc
        .record({
          object: expression,
          first: fc.option(expression),
          last: fc.option(expression),
          step: fc.option(expression),
        })
        .map((fields) => ({ kind: "Slice" as const, ...fields, ...span })),
      fc
        .record({ object: expression, name: fc.constantFrom("member", "for") })
        .map((fields) => ({ kind: "Member" as const, ...fields, ...span })),
      fc.array(item, { maxLength: 3 }).map((items) => ({ kind: "Array" as const, items, ...span })),
      statements.map((body) => ({
        kind: "Function" as const,
        parameters: [],
        captures: [],
        body,
        ...span,
      })),
    ),
    statement: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      fc.constantFrom(
        { kind: "Break" as const, ...span },
        { kind: "Continue" as const, ...span },
        { kind: "Empty" as const, ...span },
      ),
      expression.map((value) => ({ kind: "Echo" as const, value, ...span })),
      expression.map((e) => ({ kind: "Expression" as const, expression: e, ...span })),
      statements.map((body) => ({ kind: "Block" as const, body, ...span })),
      fc.record({ test: expression, body: statements }).map(({ test, body }) => ({
        kind: "While" as const,
        test,
        body: { kind: "Block" as const, body, ...span },
        ...span,
      })),
      fc
        .record({
          tests: fc.array(expression, { minLength: 1, maxLength: 3 }),
          body: statements,
          otherwise: fc.option(statements),
        })
        .map(({ tests, body, otherwise }) => ({
          kind: "If" as const,
          arms: tests.map((test) => ({
            kind: "IfArm" as const,
            test,
            body: { kind: "Block" as const, body, ...span },
            ...span,
          })),
          otherwise:
            otherwise === null ? null : { kind: "Block" as const, body: otherwise, ...span },
          ...span,
        })),
    ),
  };
});

export const anyStatement: fc.Arbitrary<Statement> = tied.statement;
