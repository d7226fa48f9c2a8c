/**
 * The journal of one process on disk: a folder of its own with files that only grow, each
 * removed when everything in it has gone elsewhere.
 *
 * Promises: `write` resolves only when the bytes are on the disk, and with the first write to
 * a file its name is, too. What could not be written is cut off again.
 */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { encodeGroup, type JournalGroup } from "./record.ts";

export type JournalFiles = {
  /** One at a time. The returned function says that one of the messages is elsewhere. */
  readonly write: (group: JournalGroup) => Promise<() => void>;
  /** Removes what nobody needs; the folder stays while something in it is needed. */
  readonly close: () => Promise<void>;
};

export type JournalFilesOptions = {
  /** Of all journals; this one's is made inside. */
  readonly folder: string;
  readonly identity: string;
  readonly report: (text: string, error?: unknown) => void;
  readonly largestFile?: number;
  readonly restMilliseconds?: number;
};

type File = {
  readonly path: string;
  readonly handle: FileHandle;
  size: number;
  /** Messages that are nowhere else. */
  needed: number;
};

export const createJournalFiles = async (options: JournalFilesOptions): Promise<JournalFiles> => {
  const { largestFile = 32 * 1024 * 1024, restMilliseconds = 1000, report } = options;
  const own = path.join(options.folder, options.identity);
  let current: File | null = null;
  let count = 0;
  let isWriting = false;
  const removals = new Set<Promise<void>>();

  await mkdir(own, { recursive: true, mode: 0o700 });
  await syncFolder(path.dirname(options.folder));
  await syncFolder(options.folder);

  const begin = async (): Promise<File> => {
    count += 1;
    const name = path.join(own, `${String(count).padStart(8, "0")}.journal`);
    const { O_CREAT, O_EXCL, O_WRONLY, O_DSYNC } = constants;
    const handle = await open(name, O_CREAT | O_EXCL | O_WRONLY | O_DSYNC, 0o600);
    await syncFolder(own);
    return { path: name, handle, size: 0, needed: 0 };
  };

  /** Nothing is added to it any more; it goes when nothing in it is needed. */
  const retire = (): void => {
    const file = current;
    current = null;
    if (file !== null && file.needed === 0) remove(file);
  };

  const remove = (file: File): void => {
    const removal = file.handle
      .close()
      .then(() => rm(file.path, { force: true }))
      .catch((error: unknown) => report(`${file.path} could not be removed`, error))
      .finally(() => removals.delete(removal));
    removals.add(removal);
  };

  const write = async (group: JournalGroup): Promise<() => void> => {
    if (current !== null && current.size >= largestFile) retire();
    current ??= await begin();
    const file = current;
    const parts = encodeGroup(group);
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    try {
      const { bytesWritten } = await file.handle.writev(parts, file.size);
      if (bytesWritten < bytes) throw new Error("the disk took a part only");
    } catch (error) {
      await file.handle.truncate(file.size).catch(() => {}); // what is left is no whole record
      retire(); // after an error nobody knows what a file holds
      throw error;
    }
    file.size += bytes;
    file.needed += group.messages.length;
    return () => {
      file.needed -= 1;
      if (file.needed === 0 && file !== current) remove(file);
    };
  };

  // at rest there is nothing in the journal
  const timer = setInterval(() => {
    if (current?.needed === 0 && current.size > 0 && !isWriting) retire();
  }, restMilliseconds);
  timer.unref();

  return {
    write: async (group) => {
      isWriting = true;
      try {
        return await write(group);
      } finally {
        isWriting = false;
      }
    },
    close: async () => {
      clearInterval(timer);
      const file = current;
      retire();
      if (file !== null && file.needed > 0) await file.handle.close();
      while (removals.size > 0) await Promise.all(removals);
      await rmdir(own).catch(() => {}); // what is needed is found by the next start
    },
  };
};

/** A new name is on the disk only when its folder is. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
