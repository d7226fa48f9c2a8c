/**
 * Takes the bytes of a message as they arrive and gives them back as `Content`:
 * small ones stay in memory, large ones go to a temporary file.
 *
 * Promises: what is read is what was written, byte for byte; nothing is left on
 * disk when the process dies, because a file loses its name as soon as it is
 * open. Memory is bounded for one message (`memoryLimit`) and for all that are
 * open at once (`totalMemory`); above either bound bytes go to disk.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import path from "node:path";
import { type HeaderSection, parseHeaderSection } from "@sluice/mail-syntax";
import { GatewayError } from "../errors.ts";
import type { Content } from "./content.ts";

export type ContentWriter = {
  /** A promise when the sender has to wait for the disk. */
  readonly write: (chunk: Buffer) => Promise<void> | undefined;
  readonly size: () => number;
  readonly finish: () => Promise<Content>;
  /** Gives everything back when the message never became one. */
  readonly abandon: () => Promise<void>;
};

export type ContentStore = {
  readonly open: () => ContentWriter;
  readonly store: (chunks: AsyncIterable<Buffer> | Iterable<Buffer>) => Promise<Content>;
};

export type ContentStoreOptions = {
  /** For large messages; made when it is not there. */
  readonly folder: string;
  /** A message up to this size stays in memory. */
  readonly memoryLimit?: number;
  /** All open messages together take no more memory than this. */
  readonly totalMemory?: number;
};

/** Read at once from a file. */
const readSize = 128 * 1024;
/** Written at once to a file. */
const writeSize = 64 * 1024;
/** Past this a header section counts as ended; the session refuses far smaller ones. */
const maximumHeader = 1024 * 1024;

export const createContentStore = (options: ContentStoreOptions): ContentStore => {
  const { folder, memoryLimit = 1024 * 1024, totalMemory = 64 * 1024 * 1024 } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let inMemory = 0;

  const openWriter = (): ContentWriter => {
    let pieces: Buffer[] = [];
    let held = 0;
    let size = 0;
    let file: FileHandle | null = null;
    let header: Buffer | null = null;
    let turn: Promise<void> | undefined;

    const forget = (): void => {
      inMemory -= held;
      held = 0;
      pieces = [];
    };

    const spill = async (): Promise<void> => {
      if (file === null) {
        header ??= Buffer.from(headerOf(Buffer.concat(pieces))); // a copy: the rest may go
        file = await openUnnamed(folder);
      }
      const written = pieces;
      forget();
      await writeAll(file, written);
    };

    return {
      size: () => size,
      write: (chunk) => {
        pieces.push(chunk);
        size += chunk.length;
        held += chunk.length;
        inMemory += chunk.length;
        const mustSpill =
          file !== null ? held >= writeSize : held > memoryLimit || inMemory > totalMemory;
        // the header section must be whole before its bytes may leave memory
        if (!mustSpill || (file === null && held < maximumHeader && !hasWholeHeader(pieces))) {
          return undefined;
        }
        turn = (turn ?? Promise.resolve()).then(spill);
        return turn;
      },
      finish: async () => {
        await turn;
        if (file !== null) {
          if (held > 0) await spill();
          return contentOfFile(file, size, header ?? Buffer.alloc(0));
        }
        const bytes =
          pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
        pieces = [];
        return contentOfBytes(bytes, () => {
          inMemory -= held;
          held = 0;
        });
      },
      abandon: async () => {
        await turn?.catch(() => {}); // the caller has had this failure from write()
        forget();
        await file?.close();
        file = null;
      },
    };
  };

  return {
    open: openWriter,
    store: async (chunks) => {
      const writer = openWriter();
      try {
        for await (const chunk of chunks) await writer.write(chunk);
        return await writer.finish();
      } catch (error) {
        await writer.abandon();
        throw error;
      }
    },
  };
};

/** Bytes that are in memory already, as content. */
export const contentOfBytes = (bytes: Buffer, released: () => void = () => {}): Content => {
  let isReleased = false;
  const section = sectionOf(bytes);
  return {
    size: bytes.length,
    header: bytes.subarray(0, section.bodyStart),
    section,
    memory: bytes,
    read: async function* (start = 0) {
      for (let at = start; at < bytes.length; at += readSize) {
        yield bytes.subarray(at, Math.min(at + readSize, bytes.length));
      }
    },
    release: async () => {
      if (!isReleased) released();
      isReleased = true;
    },
  };
};

const contentOfFile = (file: FileHandle, size: number, header: Buffer): Content => {
  let isReleased = false;
  return {
    size,
    header,
    section: parseHeaderSection(header),
    memory: null,
    read: async function* (start = 0) {
      for (let at = start; at < size; ) {
        const buffer = Buffer.allocUnsafe(Math.min(readSize, size - at));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
        if (bytesRead === 0) throw new GatewayError("INTERNAL", "A stored message ends too early.");
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    release: async () => {
      if (isReleased) return;
      isReleased = true;
      await file.close();
    },
  };
};

/** The header section with its empty line. */
export const headerOf = (bytes: Buffer): Buffer => bytes.subarray(0, sectionOf(bytes).bodyStart);

const sectionOf = (bytes: Buffer): HeaderSection =>
  parseHeaderSection(bytes.subarray(0, headerEnd(bytes)));

/** Just past the first empty line, or the end: nothing after it belongs to the header section. */
const headerEnd = (bytes: Buffer): number => {
  if (bytes.length > 1 && bytes[0] === 13 && bytes[1] === 10) return 2;
  const blank = bytes.indexOf("\r\n\r\n");
  return blank < 0 ? Math.min(bytes.length, maximumHeader) : blank + 4;
};

const hasWholeHeader = (pieces: Buffer[]): boolean => {
  const bytes = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  pieces.splice(0, pieces.length, bytes);
  return bytes.indexOf("\r\n\r\n") >= 0 || bytes.subarray(0, 2).toString("latin1") === "\r\n";
};

const openUnnamed = async (folder: string): Promise<FileHandle> => {
  const name = path.join(folder, randomUUID());
  try {
    const file = await open(name, "wx+", 0o600);
    await unlink(name);
    return file;
  } catch (error) {
    throw storageError(error);
  }
};

const writeAll = async (file: FileHandle, pieces: readonly Buffer[]): Promise<void> => {
  try {
    const { bytesWritten: begun } = await file.writev([...pieces]);
    if (begun === pieces.reduce((sum, { length }) => sum + length, 0)) return;
    const bytes = Buffer.concat(pieces);
    for (let at = begun; at < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, at, bytes.length - at);
      at += bytesWritten;
    }
  } catch (error) {
    throw storageError(error);
  }
};

const storageError = (error: unknown): GatewayError => {
  const code = (error as NodeJS.ErrnoException).code; // what node:fs throws
  return code === "ENOSPC" || code === "EDQUOT"
    ? new GatewayError("STORAGE_FULL", "No room for a message.", { cause: error })
    : new GatewayError("STORAGE_UNREACHABLE", "A message could not be written.", { cause: error });
};
