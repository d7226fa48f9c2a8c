/** The nodes directly below a node, for passes that look at all of them alike. */
import type { AnyNode, Expression } from "./ast.ts";

export const childrenOf = (node: AnyNode): readonly AnyNode[] => {
  const children: AnyNode[] = [];
  const fields: Readonly<Record<string, unknown>> = node;
  for (const name of fieldsOf(node)) {
    const value = fields[name];
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) for (const item of value) if (isNode(item)) children.push(item);
    if (isNode(value)) children.push(value);
  }
  return children;
};

const known = new Map<string, readonly string[]>();

/** Names of a kind's fields that may hold nodes; a field that holds a plain value always does. */
const fieldsOf = (node: AnyNode): readonly string[] => {
  let names = known.get(node.kind);
  if (names === undefined) {
    names = Object.entries(node).flatMap(([name, value]) =>
      ["string", "number", "boolean"].includes(typeof value) ? [] : [name],
    );
    known.set(node.kind, names);
  }
  return names;
};

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" &&
  value !== null &&
  (value as { readonly kind?: unknown }).kind !== undefined; // quicker than "in", on the hottest path

/** Calls `visit` for a node and everything below it; `false` keeps it out of a subtree. */
export const walk = (node: AnyNode, visit: (node: AnyNode) => boolean | undefined): void => {
  const pending: AnyNode[] = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (visit(next) !== false) pushChildren(next, pending);
  }
};

/** The children as `childrenOf` has them, last first, without an array of their own. */
export const pushChildren = (node: AnyNode, pending: AnyNode[]): void => {
  const fields: Readonly<Record<string, unknown>> = node;
  const names = fieldsOf(node);
  for (let i = names.length - 1; i >= 0; i--) {
    const value = fields[names[i] as string]; // in range
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (let j = value.length - 1; j >= 0; j--) if (isNode(value[j])) pending.push(value[j]);
    } else if (isNode(value)) {
      pending.push(value);
    }
  }
};

/** Later passes recurse over the tree; this height they can take. */
export const maxTreeHeight = 600;

export const treeHeight = (root: AnyNode): number => {
  let level: AnyNode[] = [root];
  let height = 0;
  for (; level.length > 0 && height <= maxTreeHeight; height++) {
    const next: AnyNode[] = [];
    for (const node of level) next.push(...childrenOf(node));
    level = next;
  }
  return height;
};

/** The bytes of a string without variables; `null` for anything else. */
export const plainText = (node: Expression): string | null => {
  if (node.kind !== "String") return null;
  const texts = node.parts.filter((part) => typeof part === "string");
  return texts.length === node.parts.length ? texts.join("") : null;
};
