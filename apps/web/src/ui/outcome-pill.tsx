import "./outcome-pill.css";
import { type Tone, toneLooks } from "./tone.tsx";

type Props = { readonly tone: Tone; readonly children: string };

/** Glyph and word of an outcome; colour never stands alone. */
export const OutcomePill = ({ tone, children }: Props) => (
  <span className="outcome-pill" style={{ color: toneLooks[tone].colour }}>
    <span aria-hidden>{toneLooks[tone].glyph}</span>
    {children}
  </span>
);
