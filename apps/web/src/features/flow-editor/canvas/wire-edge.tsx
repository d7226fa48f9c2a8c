import { IconPlus, IconX } from "@tabler/icons-react";
import { EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo, use } from "react";
import { toneLooks } from "../../../ui/tone.tsx";
import { middleOf, roundedPath } from "./route-wire.ts";
import { readWireId, type WireEdge as WireEdgeType } from "./scene.ts";
import { WireActions } from "./wire-actions.ts";

/** A wire: colour, line and width by the outcome's tone. */
export const WireEdge = memo(({ id, data, selected }: EdgeProps<WireEdgeType>) => {
  const actions = use(WireActions);
  if (data === undefined) return null;
  const { points, tone, isOff, isTarget, light } = data;
  const look = toneLooks[tone];
  const path = roundedPath(points);
  const isThick = selected === true || isTarget || light === "lit";
  const middle = middleOf(points);
  const wire = readWireId(id);
  return (
    <g data-light={light ?? undefined} className="wire">
      {look.double === true && !isThick ? (
        <>
          <path d={path} fill="none" stroke={look.colour} strokeWidth={4.5} />
          <path d={path} fill="none" stroke="var(--canvas)" strokeWidth={1.5} />
        </>
      ) : (
        <path
          d={path}
          fill="none"
          stroke={look.colour}
          strokeWidth={isThick ? Math.max(4, look.width + 2) : look.width}
          {...((isOff || look.dashes !== undefined) && {
            strokeDasharray: isOff ? "2 6" : look.dashes,
          })}
        />
      )}
      <path
        d={path}
        fill="none"
        stroke="transparent"
        strokeWidth={20}
        className="react-flow__edge-interaction"
      />
      {actions !== null && selected === true && (
        <EdgeLabelRenderer>
          <div
            className="wire-actions nodrag nopan"
            style={{ transform: `translate(-50%, -50%) translate(${middle.x}px, ${middle.y}px)` }}
          >
            <button
              type="button"
              aria-label="Insert a block here"
              onClick={() => actions.insert(wire)}
            >
              <IconPlus size={16} />
            </button>
            <button type="button" aria-label="Cut this wire" onClick={() => actions.cut(wire)}>
              <IconX size={16} />
            </button>
          </div>
        </EdgeLabelRenderer>
      )}
    </g>
  );
});
