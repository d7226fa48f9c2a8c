/**
 * Holds the snapshot of the newest revision. A notice wakes it, polling is the
 * truth. A revision that cannot be loaded or compiled is reported and the one
 * before it stays: a bad configuration never replaces a good one.
 */
import type { LiveSnapshot, Snapshot } from "./snapshot.ts";

export type SnapshotSource = {
  /** Names the newest revision and the state of its secrets; null before the first. */
  readonly newest: () => Promise<string | null>;
  readonly load: () => Promise<{ readonly stamp: string; readonly snapshot: Snapshot }>;
};

export const createLiveSnapshot = async (options: {
  source: SnapshotSource;
  onNotice: (wake: () => void) => () => void;
  pollMilliseconds?: number;
  report: (text: string, error?: unknown) => void;
}): Promise<
  LiveSnapshot & { readonly close: () => void; readonly refresh: () => Promise<void> }
> => {
  const { source, report } = options;
  if ((await source.newest()) === null)
    throw new Error("The database holds no revision of the settings.");
  let { stamp, snapshot } = await source.load();
  let refused: string | null = null;
  const listeners = new Set<(snapshot: Snapshot) => void>();
  let running: Promise<void> | null = null;
  let again = false;

  const check = async (): Promise<void> => {
    const newest = await source.newest();
    if (newest === null || newest === stamp || newest === refused) return;
    try {
      ({ stamp, snapshot } = await source.load());
      refused = null;
    } catch (error) {
      refused = newest;
      report(
        `The newest settings cannot run; revision ${snapshot.revision} stays in force.`,
        error,
      );
      return;
    }
    for (const listener of listeners) listener(snapshot);
  };

  const refresh = (): Promise<void> => {
    if (running !== null) {
      again = true;
      return running;
    }
    running = check()
      .catch((error: unknown) => report("The newest revision could not be asked for.", error))
      .then(() => {
        running = null;
        if (!again) return undefined;
        again = false;
        return refresh();
      });
    return running;
  };

  const forget = options.onNotice(() => void refresh());
  const timer = setInterval(() => void refresh(), options.pollMilliseconds ?? 5000);
  timer.unref();
  return {
    current: () => snapshot,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    close: () => {
      clearInterval(timer);
      forget();
    },
  };
};
