import { useEditorStore } from "../editor-context.tsx";

/** Over a flow without blocks: what it does so, and the first step. */
export const EmptyCanvas = ({ words }: { readonly words: string }) => {
  const store = useEditorStore();
  return (
    <div className="canvas-empty">
      <p>This flow is empty: {words}.</p>
      <button
        type="button"
        onClick={() =>
          store
            .getState()
            .set({ dialog: { kind: "add", place: { kind: "free", at: { x: 0, y: 0 } } } })
        }
      >
        Add the first block
      </button>
    </div>
  );
};
