import { createContext } from "react";
import type { Wire } from "../draft/flow-draft.ts";

/** What the buttons on a chosen wire do; null where nothing may be changed. */
export const WireActions = createContext<{
  readonly insert: (wire: Wire) => void;
  readonly cut: (wire: Wire) => void;
} | null>(null);
