import { ScrollArea, TextInput, UnstyledButton } from "@mantine/core";
import { blocks } from "@sluice/blocks/definitions";
import type { AnyBlock } from "@sluice/flow-schema";
import { IconSearch } from "@tabler/icons-react";
import { type PointerEvent, useRef, useState } from "react";
import { kindTitle } from "../../flows/flow-kinds.ts";
import { BlockIcon } from "../canvas/block-icon.tsx";
import { addBlock, placeForPalette } from "../commands.ts";
import { useDraft, useEditor, useEditorStore } from "../editor-context.tsx";
import { categories, searchBlocks } from "./search-blocks.ts";
import "./palette.css";

/** All blocks of this stage. A click adds after the chosen block; a drag puts it where it is dropped. */
export const BlockPalette = () => {
  const { flow } = useDraft();
  const [query, setQuery] = useState("");
  const { here, elsewhere } = searchBlocks(blocks, flow.kind, query);
  const grouped = categories.flatMap(({ id, words }) => {
    const own = here.filter(({ category }) => category === id);
    return own.length === 0 ? [] : [{ words, own }];
  });
  return (
    <section className="palette" aria-label="Blocks" data-region="palette">
      <TextInput
        size="xs"
        m={8}
        placeholder="Search blocks"
        aria-label="Search blocks"
        id="palette-search"
        leftSection={<IconSearch size={14} />}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
      />
      <ScrollArea className="palette-list" type="auto">
        {grouped.map(({ words, own }) => (
          <div key={words}>
            <h2 className="palette-heading">{words}</h2>
            {own.map((block) => (
              <PaletteItem key={block.type} block={block} />
            ))}
          </div>
        ))}
        {here.length === 0 && (
          <p className="palette-none">No block of this stage has these words.</p>
        )}
        {elsewhere.length > 0 && (
          <details className="palette-elsewhere">
            <summary>Not at this stage</summary>
            {elsewhere.map(({ type, title, icon, flows }) => (
              <div key={type} className="palette-item" data-off>
                <BlockIcon name={icon} size={18} />
                <span>
                  {title}
                  <small>Only in: {flows.map(kindTitle).join(", ")}</small>
                </span>
              </div>
            ))}
          </details>
        )}
      </ScrollArea>
    </section>
  );
};

const PaletteItem = ({ block: { type, title, icon, summary } }: { readonly block: AnyBlock }) => {
  const store = useEditorStore();
  const start = useRef<{ x: number; y: number } | null>(null);
  const wasDragged = useRef(false);
  const onPointerMove = (event: PointerEvent): void => {
    const from = start.current;
    if (from === null) return;
    const { clientX: x, clientY: y } = event;
    if (!wasDragged.current && Math.hypot(x - from.x, y - from.y) < 5) return;
    wasDragged.current = true;
    store.getState().set({ drag: { type, x, y } });
  };
  return (
    <UnstyledButton
      className="palette-item"
      title={summary}
      data-block-type={type}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        start.current = { x: event.clientX, y: event.clientY };
        wasDragged.current = false;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        start.current = null;
      }}
      onPointerCancel={() => {
        start.current = null;
        store.getState().set({ drag: null });
      }}
      onClick={() => {
        if (!wasDragged.current) addBlock(store, type, placeForPalette(store));
        wasDragged.current = false;
      }}
    >
      <BlockIcon name={icon} size={18} />
      <span>{title}</span>
    </UnstyledButton>
  );
};

/** What follows the pointer while a block comes from the palette. */
export const PaletteGhost = () => {
  const drag = useEditor((state) => state.drag);
  if (drag === null) return null;
  return (
    <div className="palette-ghost" style={{ left: drag.x, top: drag.y }}>
      {blocks.get(drag.type)?.title}
    </div>
  );
};
