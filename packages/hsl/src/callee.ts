/** What the name before a pair of parentheses means. */
import type { Expression } from "./ast.ts";
import { type CollectionName, isCollectionName } from "./collections.ts";
import type { Names } from "./names.ts";
import type { ClassInfo, FunctionInfo, Module } from "./scope.ts";
import type { FunctionSignature } from "./signature.ts";

export type Callee =
  | { readonly kind: "user"; readonly info: FunctionInfo }
  | { readonly kind: "class"; readonly info: ClassInfo }
  | { readonly kind: "host"; readonly name: string; readonly signature: FunctionSignature }
  | { readonly kind: "exception" }
  | { readonly kind: "collection"; readonly name: CollectionName }
  /** Known only when it runs. */
  | { readonly kind: "value" };

/** The same answer for checker and compiler. `owner` is the class the code stands in. */
export const resolveCallee = (
  names: Names,
  module: Module,
  owner: ClassInfo | null,
  node: Expression,
): Callee => {
  if (node.kind === "Scoped" && !node.isVariable) {
    const type = node.scope === "static" ? owner : module.classes.get(node.scope);
    const space = module.namespaces.get(node.scope);
    const info = type?.methods.get(node.name) ?? space?.functions.get(node.name);
    if (info !== undefined) return { kind: "user", info };
    const inner = space?.classes.get(node.name);
    return inner === undefined ? { kind: "value" } : { kind: "class", info: inner };
  }
  if (node.kind !== "Name") return { kind: "value" };
  const info = node.isBuiltin ? undefined : module.functions.get(node.name);
  if (info !== undefined) return { kind: "user", info };
  const type = node.isBuiltin ? undefined : module.classes.get(node.name);
  if (type !== undefined) return { kind: "class", info: type };
  const signature = names.environment.functions.get(node.name);
  if (signature !== undefined) return { kind: "host", name: node.name, signature };
  if (isCollectionName(node.name)) return { kind: "collection", name: node.name };
  return node.name === "Exception" ? { kind: "exception" } : { kind: "value" };
};
