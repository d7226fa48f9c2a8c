/**
 * One revision of all settings, ready to run: what a session takes at its start
 * and keeps to its end. Workers swap whole snapshots.
 */
import type { Settings } from "@sluice/settings";
import type { LiveFlow } from "../flows/live-flow.ts";

export type Snapshot = {
  readonly revision: number;
  readonly settings: Settings;
  readonly flows: ReadonlyMap<string, LiveFlow>;
  /** Content of a stored file by its `file://NAME` name or its id; null: there is none. */
  readonly file: (nameOrId: string) => Buffer | null;
  /** The clear text of a secret of an object; null: not set. */
  readonly secret: (kind: string, objectId: string, field: string) => string | null;
};

/** Who holds the live snapshot; `current()` is cheap. Listeners to changes are called after a swap. */
export type LiveSnapshot = {
  readonly current: () => Snapshot;
  readonly onChange: (listener: (snapshot: Snapshot) => void) => () => void;
};
