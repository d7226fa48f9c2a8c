/** Which variables a function assigns, binds with `global`, and lends to closures. */
import type { Expression } from "./ast.ts";
import type { TellingNode } from "./link.ts";
import type { Scope } from "./scope.ts";

/** Notes in the scope what a node of its body assigns, binds with `global`, or lends to a closure. */
export const collectVariables = (scope: Scope, node: TellingNode): void => {
  switch (node.kind) {
    case "Function":
      for (const { name } of node.captures) scope.captured.add(name);
      break;
    case "Global":
      for (const { name } of node.variables) scope.globals.add(name);
      break;
    case "Assignment":
    case "PatternItem":
      if (node.target.kind !== "Pattern") addRoot(scope, node.target);
      break;
    case "Update":
      addRoot(scope, node.target);
      break;
    case "Unset":
      for (const target of node.targets) addRoot(scope, target);
      break;
    case "Foreach":
      scope.assigned.add(node.value.name);
      if (node.key !== null) scope.assigned.add(node.key.name);
      break;
    case "Try":
      if (node.variable !== null) scope.assigned.add(node.variable.name);
      break;
    case "Barrier":
      if (node.shared !== null) scope.assigned.add(node.shared.name);
      break;
    case "ImportData":
      scope.assigned.add(node.variable.name);
      break;
    case "ImportItem":
      if (node.isVariable) scope.assigned.add(node.local);
      break;
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
