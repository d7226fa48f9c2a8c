/** The keys of canvas and outline (ui.md 5.5): pure, so that the cheat sheet and the tests read the same table. */
export type KeyCommand =
  | "down"
  | "up"
  | "left"
  | "right"
  | "next-outcome"
  | "previous-outcome"
  | "open"
  | "leave"
  | "add-after"
  | "add-before"
  | "connect"
  | "select-wire"
  | "toggle-selection"
  | "select-all"
  | "select-upstream"
  | "select-downstream"
  | "nudge-up"
  | "nudge-down"
  | "nudge-left"
  | "nudge-right"
  | "jump-up"
  | "jump-down"
  | "jump-left"
  | "jump-right"
  | "chain-up"
  | "chain-down"
  | "rename"
  | "toggle-disabled"
  | "note"
  | "duplicate"
  | "undo"
  | "redo"
  | "delete"
  | "delete-leave-gap"
  | "find"
  | "filter"
  | "tidy"
  | "next-problem"
  | "previous-problem"
  | "switch-view"
  | "zoom-in"
  | "zoom-out"
  | "zoom-full"
  | "zoom-fit"
  | "home"
  | "help"
  | "saved";

type Key = {
  readonly key: string;
  readonly mod?: true;
  readonly shift?: true;
  readonly alt?: true;
  readonly command: KeyCommand;
  /** For the cheat sheet; a key without words is another spelling of one that has them. */
  readonly words?: string;
};

export const keys: readonly Key[] = [
  { key: "ArrowDown", command: "down", words: "Next block, straight on" },
  { key: "ArrowUp", command: "up", words: "Previous block" },
  { key: "ArrowRight", command: "right", words: "To where the current outcome leads" },
  { key: "ArrowLeft", command: "left", words: "Back" },
  { key: "ArrowDown", alt: true, command: "next-outcome", words: "Next outcome of the block" },
  { key: "ArrowUp", alt: true, command: "previous-outcome", words: "Previous outcome" },
  { key: "Enter", command: "open", words: "Settings of the block; Escape comes back" },
  { key: "Escape", command: "leave", words: "Nothing selected" },
  { key: "a", command: "add-after", words: "Add a block after" },
  { key: "A", shift: true, command: "add-before", words: "Add a block before" },
  { key: "c", command: "connect", words: "Connect: outcome, then target" },
  { key: "e", command: "select-wire", words: "Select the wire of the current outcome" },
  { key: " ", command: "toggle-selection", words: "Add to the selection, or take out" },
  { key: "a", mod: true, command: "select-all", words: "Select all" },
  { key: "u", command: "select-upstream", words: "Select everything upstream" },
  { key: "d", command: "select-downstream", words: "Select everything downstream" },
  { key: "ArrowUp", mod: true, command: "nudge-up", words: "Move on the canvas (Shift: farther)" },
  { key: "ArrowDown", mod: true, command: "nudge-down" },
  { key: "ArrowLeft", mod: true, command: "nudge-left" },
  { key: "ArrowRight", mod: true, command: "nudge-right" },
  { key: "ArrowUp", mod: true, shift: true, command: "jump-up" },
  { key: "ArrowDown", mod: true, shift: true, command: "jump-down" },
  { key: "ArrowLeft", mod: true, shift: true, command: "jump-left" },
  { key: "ArrowRight", mod: true, shift: true, command: "jump-right" },
  {
    key: "ArrowUp",
    alt: true,
    shift: true,
    command: "chain-up",
    words: "Move up its chain, wires and all",
  },
  { key: "ArrowDown", alt: true, shift: true, command: "chain-down", words: "Move down its chain" },
  { key: "F2", command: "rename", words: "Rename" },
  { key: "x", command: "toggle-disabled", words: "Switch off or on" },
  { key: "n", command: "note", words: "Note" },
  { key: "d", mod: true, command: "duplicate", words: "Duplicate" },
  { key: "z", mod: true, command: "undo", words: "Undo" },
  { key: "Z", mod: true, shift: true, command: "redo", words: "Redo" },
  { key: "y", mod: true, command: "redo" },
  { key: "Delete", command: "delete", words: "Delete; neighbours are joined" },
  { key: "Backspace", command: "delete" },
  { key: "Delete", shift: true, command: "delete-leave-gap", words: "Delete and leave the gap" },
  { key: "Backspace", shift: true, command: "delete-leave-gap" },
  { key: "f", mod: true, command: "find", words: "Find a block of this flow" },
  { key: "/", command: "filter", words: "Search the palette" },
  { key: "T", shift: true, command: "tidy", words: "Tidy" },
  { key: "F8", command: "next-problem", words: "Next problem" },
  { key: "F8", shift: true, command: "previous-problem", words: "Previous problem" },
  { key: "o", command: "switch-view", words: "Canvas or outline" },
  { key: "+", command: "zoom-in", words: "Zoom in" },
  { key: "+", shift: true, command: "zoom-in" },
  { key: "-", command: "zoom-out", words: "Zoom out" },
  { key: "0", command: "zoom-full", words: "100 %" },
  { key: "1", command: "zoom-fit", words: "The whole flow" },
  { key: "h", command: "home", words: "To the first block" },
  { key: "?", shift: true, command: "help", words: "These keys" },
  { key: "?", command: "help" },
  { key: "s", mod: true, command: "saved", words: "Save now" },
];

export type KeyPress = {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
};

/** What a key means here; null: it is not ours. */
export const commandOf = (press: KeyPress): KeyCommand | null => {
  const mod = press.ctrlKey || press.metaKey;
  const found = keys.find(
    (each) =>
      (each.key === press.key ||
        (each.key.length === 1 &&
          each.mod === true &&
          each.key.toLowerCase() === press.key.toLowerCase())) &&
      (each.mod ?? false) === mod &&
      (each.shift ?? false) === press.shiftKey &&
      (each.alt ?? false) === press.altKey,
  );
  return found?.command ?? null;
};

const signs: Readonly<Record<string, string>> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  " ": "Space",
};

/** "Ctrl Shift Z" */
export const keyWords = ({ key, mod, shift, alt }: Key): readonly string[] => [
  ...(mod ? ["Ctrl"] : []),
  ...(alt ? ["Alt"] : []),
  ...(shift && key !== "?" ? ["Shift"] : []),
  signs[key] ?? (key.length === 1 ? key.toUpperCase() : key),
];
