/** A worker's journal: takes over what processes that are gone have left, now and later, and begins one of its own. */
import type pg from "pg";
import type { MessageStore } from "../message-store.ts";
import { createJournalFiles, type JournalFiles } from "./journal-files.ts";
import { isAlive, ownIdentity } from "./process-identity.ts";
import { recoverJournals } from "./recover-journals.ts";

export type JournalOptions = {
  readonly folder: string;
  readonly pool: pg.Pool;
  readonly store: MessageStore["store"];
  /** Mail was taken over that somebody should deliver. */
  readonly onFree: () => void;
  readonly report: (text: string, error?: unknown) => void;
  readonly lookMilliseconds?: number;
};

/** null: it cannot be written; mail goes to the database. */
export const openJournal = async (options: JournalOptions): Promise<JournalFiles | null> => {
  const { folder, report, lookMilliseconds = 5000 } = options;
  const identity = ownIdentity();
  const recover = async (isLive: (owner: string) => boolean): Promise<void> => {
    const count = await recoverJournals({ ...options, identity, isAlive: isLive });
    if (count === 0) return;
    report(`${count} messages that a process left in its journal are in the queue now`);
    options.onFree();
  };
  let files: JournalFiles;
  try {
    // an earlier process may have had our name, before the system was started again
    await recover((owner) => owner !== identity && isAlive(owner));
    files = await createJournalFiles({ folder, identity, report });
  } catch (error) {
    report(`The journal in ${folder} cannot be used; mail goes to the database at once`, error);
    return null;
  }
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    recover((owner) => owner === identity || isAlive(owner))
      .catch((error: unknown) => report("journals could not be looked for", error))
      .finally(() => {
        isLooking = false;
      });
  }, lookMilliseconds);
  timer.unref();
  return {
    ...files,
    close: async () => {
      clearInterval(timer);
      await files.close();
    },
  };
};
