/**
 * Two people changed the same flow: what only one of them touched is taken from
 * that one, block by block; what both touched is a conflict for a person.
 */
import type { Flow, FlowNode, Layout } from "@sluice/flow-schema";
import type { FlowDraft } from "./flow-draft.ts";

export type Conflict = {
  /** A node's id, or "flow" for title, description and entry. */
  readonly id: string;
  readonly mine: FlowNode | null;
  readonly theirs: FlowNode | null;
};

export type Merge = {
  /** With mine where both touched the same. */
  readonly draft: FlowDraft;
  readonly conflicts: readonly Conflict[];
};

const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  ) ?? "";

export const sameDocument = same;

export const merge = (base: FlowDraft, mine: FlowDraft, theirs: FlowDraft): Merge => {
  const conflicts: Conflict[] = [];
  const nodes: Record<string, FlowNode> = {};
  const ids = new Set([...Object.keys(mine.flow.nodes), ...Object.keys(theirs.flow.nodes)]);
  for (const id of ids) {
    const [b, m, t] = [base, mine, theirs].map(({ flow }) => flow.nodes[id]);
    const chosen = choose(b, m, t);
    if (chosen.isConflict) conflicts.push({ id, mine: m ?? null, theirs: t ?? null });
    if (chosen.value !== undefined) nodes[id] = chosen.value;
  }
  const heads = [base, mine, theirs].map(({ flow: { nodes: _, ...head } }) => head);
  const head = chooseMembers(heads[0], heads[1], heads[2]);
  const flow = { ...head, nodes } as Flow; // every member comes from one of two flows
  return {
    draft: { flow: dropDangling(flow), layout: mergeLayouts(base, mine, theirs) },
    conflicts,
  };
};

type Chosen<T> = { readonly value: T | undefined; readonly isConflict: boolean };

const choose = <T>(base: T | undefined, mine: T | undefined, theirs: T | undefined): Chosen<T> => {
  if (same(mine, theirs) || same(theirs, base)) return { value: mine, isConflict: false };
  if (same(mine, base)) return { value: theirs, isConflict: false };
  return { value: mine ?? theirs, isConflict: true };
};

const chooseMembers = (
  base: object = {},
  mine: object = {},
  theirs: object = {},
): Record<string, unknown> => {
  const [b, m, t] = [base, mine, theirs].map(
    (each) => new Map<string, unknown>(Object.entries(each)),
  );
  const keys = new Set([...(m?.keys() ?? []), ...(t?.keys() ?? [])]);
  const merged: Record<string, unknown> = {};
  for (const key of keys) {
    const { value } = choose(b?.get(key), m?.get(key), t?.get(key));
    if (value !== undefined) merged[key] = value;
  }
  return merged;
};

/** A block that one took away may still be wired by the other. */
const dropDangling = (flow: Flow): Flow => {
  const nodes = Object.fromEntries(
    Object.entries(flow.nodes).map(([id, node]) => {
      const kept = Object.entries(node.outcomes).filter(([, target]) => target in flow.nodes);
      return kept.length === Object.keys(node.outcomes).length
        ? [id, node]
        : [id, { ...node, outcomes: Object.fromEntries(kept) }];
    }),
  );
  if (flow.entry === undefined || flow.entry in flow.nodes) return { ...flow, nodes };
  const { entry: _, ...rest } = flow;
  return { ...rest, nodes };
};

const mergeLayouts = (base: FlowDraft, mine: FlowDraft, theirs: FlowDraft): Layout =>
  chooseMembers(base.layout, mine.layout, theirs.layout) as Layout; // members of layouts

/** Replaces conflicting blocks by the other's version where that one was chosen. */
export const resolve = (
  { draft, conflicts }: Merge,
  takeTheirs: ReadonlySet<string>,
): FlowDraft => {
  const nodes = { ...draft.flow.nodes };
  for (const { id, mine, theirs } of conflicts) {
    const chosen = takeTheirs.has(id) ? theirs : mine;
    if (chosen === null) delete nodes[id];
    else nodes[id] = chosen;
  }
  return { ...draft, flow: dropDangling({ ...draft.flow, nodes }) };
};
