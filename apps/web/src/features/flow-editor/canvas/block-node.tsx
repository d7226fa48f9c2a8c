import { IconNote } from "@tabler/icons-react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { SeverityIcon } from "../../../ui/severity.tsx";
import { toneLooks } from "../../../ui/tone.tsx";
import { BlockIcon } from "./block-icon.tsx";
import { sideOffset } from "./geometry.ts";
import type { BlockNode as BlockNodeType } from "./scene.ts";

/** A block on the canvas: icon, name, what its settings say, and a handle for each outcome. */
export const BlockNode = memo(({ data, selected, isConnectable }: NodeProps<BlockNodeType>) => {
  const { face, node, severity, refusal, currentOutcome, light, ends } = data;
  const { spine, outcomes } = face;
  return (
    <div
      className="block-card"
      data-ending={face.ends}
      data-selected={selected || undefined}
      data-off={face.isDisabled || undefined}
      data-refused={refusal !== null || undefined}
      data-light={light ?? undefined}
      title={refusal ?? undefined}
      style={face.ends === undefined ? undefined : { color: toneLooks[face.ends].colour }}
    >
      <Handle type="target" id="in" position={Position.Top} isConnectable={isConnectable} />
      {face.ends === undefined ? (
        <span className="block-tile">
          <BlockIcon name={face.icon} url={face.iconUrl} />
        </span>
      ) : (
        <span className="block-glyph" aria-hidden>
          {toneLooks[face.ends].glyph}
        </span>
      )}
      <span className="block-words">
        <span className="block-title">{face.title}</span>
        {face.summary !== face.title && <span className="block-summary">{face.summary}</span>}
      </span>
      {severity !== null && <SeverityIcon severity={severity} size={16} />}
      {node.note !== undefined && <IconNote size={16} aria-label="Has a note" role="img" />}
      {outcomes.map(({ id, words, tone }) => {
        const isSpine = id === spine;
        const target = node.outcomes[id];
        const isOpen = target === undefined;
        const offset = isSpine ? undefined : { top: sideOffset(face, id) };
        return (
          <span key={id} data-outcome={id}>
            <Handle
              type="source"
              id={id}
              position={isSpine ? Position.Bottom : Position.Right}
              isConnectable={isConnectable}
              style={{ ...offset, color: toneLooks[tone].colour }}
              data-outcome={id}
              data-open={isOpen || undefined}
            />
            <span
              className={isSpine ? "block-outcome block-outcome-spine" : "block-outcome"}
              data-current={id === currentOutcome || undefined}
              data-open={isOpen || undefined}
              style={{ ...offset, color: toneLooks[tone].colour }}
              title={isOpen ? `Not wired: ${id === "error" ? ends.error : ends.other}` : words}
            >
              <span aria-hidden>{toneLooks[tone].glyph}</span> {words}
            </span>
          </span>
        );
      })}
    </div>
  );
});
