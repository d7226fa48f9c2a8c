/** The name of a card for those who hear it: block, title, place, outcomes and their targets, problems. */
import type { FlowProblem } from "@sluice/flow-schema";
import type { FlowDraft } from "../draft/flow-draft.ts";
import { faceOf } from "../editor-context.tsx";
import { outlineRows } from "../outline/outline-rows.ts";

export const blockLabels = (
  draft: FlowDraft,
  problems: readonly FlowProblem[],
): ReadonlyMap<string, string> => {
  const entries = outlineRows(draft).flatMap((row) => {
    const node = row.kind === "block" ? draft.flow.nodes[row.id] : undefined;
    return row.kind === "block" && node !== undefined ? [[row.id, node] as const] : [];
  });
  return new Map(
    entries.map(([id, node], index) => {
      const face = faceOf(node);
      const kind = face.block?.title ?? node.block;
      const outcomes = face.outcomes.map((outcome) => {
        const target = node.outcomes[outcome.id];
        const targetNode = target === undefined ? undefined : draft.flow.nodes[target];
        return `${outcome.words} ${targetNode === undefined ? "not wired" : `to ${faceOf(targetNode).title}`}`;
      });
      const own = problems.filter(
        (problem) => problem.node === id && problem.severity !== "advice",
      );
      const parts = [
        kind === face.title ? kind : `${kind}, ‘${face.title}’`,
        `${index + 1} of ${entries.length}`,
        ...(face.isDisabled ? ["switched off"] : []),
        ...(outcomes.length > 0 ? [`outcomes: ${outcomes.join(", ")}`] : ["ends the flow"]),
        ...(own.length > 0 ? [own.length === 1 ? "1 problem" : `${own.length} problems`] : []),
      ];
      return [id, parts.join(", ")];
    }),
  );
};
