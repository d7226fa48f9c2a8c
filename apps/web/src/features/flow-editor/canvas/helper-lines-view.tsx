import { ViewportPortal } from "@xyflow/react";
import type { HelperLines } from "./helper-lines.ts";

/** The lines while a block is moved; they say nothing that the place does not. */
export const HelperLinesView = ({ lines }: { readonly lines: HelperLines }) => {
  const { vertical, horizontal } = lines;
  return (
    <ViewportPortal>
      {vertical !== null && (
        <div
          aria-hidden
          className="helper-line"
          style={{
            transform: `translate(${vertical.x}px, ${vertical.from}px)`,
            height: vertical.to - vertical.from,
            borderLeftWidth: 1,
          }}
        />
      )}
      {horizontal !== null && (
        <div
          aria-hidden
          className="helper-line"
          style={{
            transform: `translate(${horizontal.from}px, ${horizontal.y}px)`,
            width: horizontal.to - horizontal.from,
            borderTopWidth: 1,
          }}
        />
      )}
    </ViewportPortal>
  );
};
