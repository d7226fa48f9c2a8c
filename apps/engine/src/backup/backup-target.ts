/** The file a backup goes to: it has its name only when it is whole and on the disk. */
import { closeSync, createWriteStream, existsSync, openSync, readSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { finished } from "node:stream/promises";
import { firstLine } from "./backup-file.ts";

/** Another file must not be lost to a slip of the hand. */
const isBackup = (file: string): boolean => {
  const descriptor = openSync(file, "r");
  const start = Buffer.alloc(13);
  readSync(descriptor, start, 0, start.length, 0);
  closeSync(descriptor);
  return firstLine.startsWith(start.toString("latin1"));
};

/** "-" is standard output. Gives the number of bytes; 0 when that is not known. */
export const writeBackupFile = async (
  file: string,
  write: (sink: NodeJS.WritableStream) => Promise<void>,
): Promise<number> => {
  if (file === "-") {
    await write(process.stdout);
    return 0;
  }
  if (existsSync(file) && !isBackup(file)) {
    throw new Error(`${file} is there already and is no backup: it is left alone.`);
  }
  const partial = `${file}.${process.pid}.partial`;
  const sink = createWriteStream(partial, { flags: "wx", mode: 0o600, flush: true });
  try {
    await write(sink);
    sink.end();
    await finished(sink);
    await rename(partial, file);
    const folder = await open(path.dirname(path.resolve(file)), "r");
    await folder.sync().finally(() => folder.close());
    return sink.bytesWritten;
  } finally {
    sink.destroy();
    await rm(partial, { force: true });
  }
};
