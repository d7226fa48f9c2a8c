import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import type { StartNode as StartNodeType } from "./scene.ts";

/** Where a run comes in. */
export const StartNode = memo(({ isConnectable, data }: NodeProps<StartNodeType>) => (
  <div className="start-pill" data-light={data.light ?? undefined}>
    Start
    <Handle
      type="source"
      id="start"
      position={Position.Bottom}
      isConnectable={isConnectable}
      style={{ color: "var(--tone-continue)" }}
    />
  </div>
));
