/** How outcomes look: colour, line and glyph together, and always a word beside them. */
import type { OutcomeTone } from "@sluice/flow-schema";

export type Tone = OutcomeTone;

export type ToneLook = {
  readonly glyph: string;
  /** Said where the glyph is seen. */
  readonly words: string;
  readonly colour: string;
  readonly width: number;
  readonly dashes?: string;
  readonly double?: true;
};

export const toneLooks: Readonly<Record<Tone, ToneLook>> = {
  continue: { glyph: "▸", words: "continues", colour: "var(--tone-continue)", width: 1.75 },
  else: { glyph: "○", words: "else", colour: "var(--tone-else)", width: 1.25 },
  accept: { glyph: "✓", words: "accepts", colour: "var(--tone-accept)", width: 2.75 },
  quarantine: {
    glyph: "▣",
    words: "holds",
    colour: "var(--tone-quarantine)",
    width: 1.75,
    dashes: "9 3 2 3",
  },
  defer: { glyph: "◷", words: "defers", colour: "var(--tone-defer)", width: 1.75, dashes: "7 4" },
  reject: { glyph: "✕", words: "rejects", colour: "var(--tone-reject)", width: 4, double: true },
  error: {
    glyph: "!",
    words: "could not check",
    colour: "var(--tone-error)",
    width: 1.75,
    dashes: "2 3.5",
  },
};
