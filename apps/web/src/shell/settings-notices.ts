/**
 * What the gateway tells about the draft, once for each window: a browser allows
 * few connections to one host, so everybody who wants to know listens here.
 */
import type { RouterOutputs } from "../api.ts";

type Told =
  RouterOutputs["settings"]["onChange"] extends AsyncIterable<infer Notice> ? Notice : never;

export type SettingsNotice =
  | Told
  /** The connection is there, again perhaps: something may have been missed. */
  | { readonly type: "connected" };

const listeners = new Set<(notice: SettingsNotice) => void>();

export const onSettingsNotice = (listener: (notice: SettingsNotice) => void): (() => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export const tellSettingsNotice = (notice: SettingsNotice): void => {
  for (const listener of listeners) listener(notice);
};
