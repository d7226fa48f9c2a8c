/** One live region for the whole app: what a sighted person sees happen is said. */
import { useSyncExternalStore } from "react";

let text = "";
let spaced = false;
const listeners = new Set<() => void>();

/** Says it politely. The same words twice are said twice. */
export const announce = (words: string): void => {
  spaced = !spaced;
  text = spaced ? words : `${words}\u00a0`;
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const LiveRegion = () => {
  const words = useSyncExternalStore(subscribe, () => text);
  return (
    <div role="status" aria-live="polite" className="visually-hidden">
      {words}
    </div>
  );
};
