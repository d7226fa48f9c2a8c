/**
 * What the gateway tells while a window is open, once for each window: a browser
 * allows few connections to one host, so everybody who wants to know listens here.
 */
import type { RouterOutputs } from "../api.ts";

type Told = RouterOutputs["live"]["notices"] extends AsyncIterable<infer Notice> ? Notice : never;

export type LiveNotice =
  | Told
  /** The connection is there, again perhaps: something may have been missed. */
  | { readonly type: "connected" };

const listeners = new Set<(notice: LiveNotice) => void>();

export const onLiveNotice = (listener: (notice: LiveNotice) => void): (() => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export const tellLiveNotice = (notice: LiveNotice): void => {
  for (const listener of listeners) listener(notice);
};
