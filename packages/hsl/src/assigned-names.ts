/** Which variables a function assigns, binds with `global`, and lends to closures. */
import type { Expression, Statement } from "./ast.ts";
import { type Linked, walkLinked } from "./link.ts";
import type { Scope } from "./scope.ts";
import type { Unit } from "./unit.ts";

/** Finds out which names a function assigns, binds with `global`, and lends to closures. */
export const collectVariables = (
  scope: Scope,
  body: readonly Statement[],
  unit: Unit,
  linked: Linked,
): void => {
  for (const statement of body) {
    walkLinked(statement, unit, linked, (node) => {
      switch (node.kind) {
        case "FunctionDeclaration":
        case "Class":
          return false;
        case "Function":
          for (const { name } of node.captures) scope.captured.add(name);
          return false;
        case "Global":
          for (const { name } of node.variables) scope.globals.add(name);
          return false;
        case "Assignment":
          if (node.target.kind !== "Pattern") addRoot(scope, node.target);
          return undefined;
        case "PatternItem":
          if (node.target.kind !== "Pattern") addRoot(scope, node.target);
          return undefined;
        case "Update":
          addRoot(scope, node.target);
          return undefined;
        case "Unset":
          for (const target of node.targets) addRoot(scope, target);
          return undefined;
        case "Foreach":
          scope.assigned.add(node.value.name);
          if (node.key !== null) scope.assigned.add(node.key.name);
          return undefined;
        case "Try":
          if (node.variable !== null) scope.assigned.add(node.variable.name);
          return undefined;
        case "Barrier":
          if (node.shared !== null) scope.assigned.add(node.shared.name);
          return undefined;
        case "Import":
          if (node.what.kind === "ImportData") scope.assigned.add(node.what.variable.name);
          else if (node.what.kind === "ImportList") {
            for (const item of node.what.items) if (item.isVariable) scope.assigned.add(item.local);
          }
          return false;
        default:
          return undefined;
      }
    });
  }
};

/** Assigning to `$a[1]->b` assigns to `$a`. */
const addRoot = (scope: Scope, target: Expression): void => {
  const root = rootVariable(target);
  if (root !== null) scope.assigned.add(root);
};

export const rootVariable = (target: Expression): string | null => {
  let place = target;
  while (place.kind === "Index" || place.kind === "Slice") place = place.object;
  return place.kind === "Variable" ? place.name : null;
};
