/**
 * The flow as a list to read: depth first from the entry, straight on at the
 * same depth, other outcomes as rows below their block. A block that was met
 * before is referred to by its number.
 */
import { type FlowDraft, startId } from "../draft/flow-draft.ts";
import type { NodeFace } from "../draft/node-face.ts";
import { faceOf } from "../editor-context.tsx";

export type OutlineRow =
  | {
      readonly kind: "block";
      readonly id: string;
      readonly number: number;
      readonly depth: number;
      readonly face: NodeFace;
      /** Nothing leads here. */
      readonly isLoose: boolean;
    }
  | {
      readonly kind: "outcome";
      readonly source: string;
      readonly outcome: string;
      readonly words: string;
      readonly depth: number;
      /** null: not wired. A target that has its own row is named by its number. */
      readonly target: string | null;
      readonly refersTo: number | null;
    };

export const rowKey = (row: OutlineRow): string =>
  row.kind === "block" ? row.id : `${row.source}::${row.outcome}`;

export const outlineRows = ({ flow }: FlowDraft): OutlineRow[] => {
  const numbers = new Map<string, number>();
  const rows: OutlineRow[] = [];
  const visit = (first: string, depth: number, isLoose: boolean): void => {
    for (let id: string | undefined = first; id !== undefined; ) {
      const node: (typeof flow.nodes)[string] | undefined = flow.nodes[id];
      if (node === undefined) return;
      const face = faceOf(node);
      const own: string = id;
      numbers.set(own, numbers.size + 1);
      rows.push({ kind: "block", id: own, number: numbers.size, depth, face, isLoose });
      for (const { id: outcome, words } of face.outcomes) {
        if (outcome === face.spine) continue;
        const target = node.outcomes[outcome] ?? null;
        const known = target === null ? undefined : numbers.get(target);
        rows.push({
          kind: "outcome",
          source: own,
          outcome,
          words,
          depth: depth + 1,
          target,
          refersTo: known ?? null,
        });
        if (target !== null && known === undefined) visit(target, depth + 2, false);
      }
      const next: string | undefined =
        face.spine === undefined ? undefined : node.outcomes[face.spine];
      if (face.spine !== undefined && (next === undefined || numbers.has(next))) {
        rows.push({
          kind: "outcome",
          source: own,
          outcome: face.spine,
          words: face.outcomes.find((each) => each.id === face.spine)?.words ?? face.spine,
          depth: depth + 1,
          target: next ?? null,
          refersTo: next === undefined ? null : (numbers.get(next) ?? null),
        });
        return;
      }
      id = next;
    }
  };
  if (flow.entry !== undefined) visit(flow.entry, 0, false);
  for (const id of Object.keys(flow.nodes)) {
    if (!numbers.has(id) && id !== startId) visit(id, 0, true);
  }
  return rows;
};
