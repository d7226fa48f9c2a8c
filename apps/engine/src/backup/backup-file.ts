/**
 * What a backup file is. One line in clear says so; the rest is zstd over records,
 * each one line of JSON, rows followed by as many bytes of PostgreSQL's COPY text:
 *
 *     header, then for each table: table, rows, rows …, and last: end
 *
 * Promises: records that were cut or changed are never read to their end. `end` carries
 * the SHA-256 of all that stands before it, and no record may follow.
 */
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { z } from "zod";

export const layout = 1;
const magic = "Sluice backup";
export const firstLine = `${magic}, layout ${layout}. To be read by: sluice restore\n`;
const longestFirstLine = 200;
const longestRecord = 1024 * 1024;
const longestBlock = 1024 * 1024;
export const blockBytes = 256 * 1024;

const Header = z.object({
  kind: z.literal("header"),
  version: z.string(),
  /** When the snapshot was taken. */
  at: z.iso.datetime(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** Name → what it gave last, and whether it gave it. */
  sequences: z.record(z.string(), z.tuple([z.string().regex(/^-?\d+$/), z.boolean()])),
  withHistory: z.boolean(),
  /** How many values are encrypted with the key file. */
  secrets: z.int(),
  /** Of the key file, which is enough to tell it apart; the key itself when it was asked for. */
  key: z.object({ fingerprint: z.string(), value: z.string().nullable() }).nullable(),
});
const Table = z.object({
  kind: z.literal("table"),
  name: z.string(),
  columns: z.array(z.string()).min(1),
});
const Rows = z.object({
  kind: z.literal("rows"),
  bytes: z.int().positive().max(longestBlock),
});
const End = z.object({
  kind: z.literal("end"),
  sha256: z.string(),
  rows: z.record(z.string(), z.int()),
});

export type BackupHeader = z.output<typeof Header>;
export type BackupRecord =
  | BackupHeader
  | z.output<typeof Table>
  | { readonly kind: "rows"; readonly content: Buffer }
  | z.output<typeof End>;
export type WrittenRecord =
  | Exclude<BackupRecord, { kind: "end" }>
  | { readonly kind: "end"; readonly rows: Readonly<Record<string, number>> };

const AnyRecord = z.discriminatedUnion("kind", [Header, Table, Rows, End]);

export class DamagedBackup extends Error {
  constructor(why: string, options: { cause?: unknown } = {}) {
    super(`The backup is damaged: ${why}. Nothing was restored.`, options);
    this.name = "DamagedBackup";
  }
}

/** Writes them to the sink, which stays open. */
export const writeRecords = async (
  records: AsyncIterable<WrittenRecord>,
  sink: NodeJS.WritableStream,
): Promise<void> => {
  sink.write(firstLine);
  const hash = createHash("sha256");
  const encode = async function* (): AsyncGenerator<Buffer> {
    for await (const record of records) {
      if (record.kind === "rows") {
        const line = Buffer.from(`{"kind":"rows","bytes":${record.content.length}}\n`);
        hash.update(line).update(record.content);
        yield line;
        yield record.content;
      } else if (record.kind === "end") {
        yield Buffer.from(`${JSON.stringify({ ...record, sha256: hash.digest("hex") })}\n`);
      } else {
        const line = Buffer.from(`${JSON.stringify(record)}\n`);
        hash.update(line);
        yield line;
      }
    }
  };
  const compress = createZstdCompress();
  await pipeline(encode, compress, sink, { end: false });
};

/** Throws what is no backup, a newer layout, and DamagedBackup. */
export async function* readRecords(source: Readable): AsyncGenerator<BackupRecord, void> {
  const bytes = byteReader(source);
  const head = (await bytes.line(longestFirstLine, true))?.toString("utf8") ?? "";
  if (!head.startsWith(magic)) throw new Error("The file is no backup of Sluice.");
  if (`${head}\n` !== firstLine) {
    throw new Error("The backup was made by a newer Sluice. Restore it with that version.");
  }
  const decompress = createZstdDecompress();
  // what goes wrong is thrown where the clear bytes are read
  const fed = pipeline(bytes.rest, decompress).catch((error: unknown) => error);
  const clear = byteReader(decompress);
  const hash = createHash("sha256");
  try {
    for (;;) {
      const line = await clear.line(longestRecord, false);
      if (line === null) throw new DamagedBackup("its end is missing");
      const record = parseRecord(line);
      if (record.kind === "end") {
        if (record.sha256 !== hash.digest("hex")) throw new DamagedBackup("its checksum is wrong");
        if (!(await clear.atEnd())) throw new DamagedBackup("something follows its end");
        yield record;
        return;
      }
      hash.update(line).update("\n");
      if (record.kind === "rows") {
        const content = await clear.take(record.bytes);
        hash.update(content);
        yield { kind: "rows", content };
      } else yield record;
    }
  } catch (error) {
    if (error instanceof DamagedBackup) throw error;
    throw new DamagedBackup("it cannot be decompressed", { cause: error });
  } finally {
    decompress.destroy();
    await fed;
  }
}

const parseRecord = (line: Buffer): z.output<typeof AnyRecord> => {
  try {
    return AnyRecord.parse(JSON.parse(line.toString("utf8")));
  } catch (cause) {
    throw new DamagedBackup("a record cannot be read", { cause });
  }
};

/** Lines and counted bytes of a stream, with no more in memory than is asked for. */
const byteReader = (source: Readable) => {
  const iterator: AsyncIterator<Buffer> = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const { done, value } = await iterator.next();
    if (done === true) return false;
    held = held.length === 0 ? value : Buffer.concat([held, value]);
    return true;
  };
  return {
    /** Without its line end; null at the end of the stream. */
    line: async (longest: number, isLenient: boolean): Promise<Buffer | null> => {
      for (;;) {
        const end = held.indexOf(0x0a);
        if (end >= 0 && end <= longest) {
          const line = held.subarray(0, end);
          held = held.subarray(end + 1);
          return line;
        }
        if (held.length > longest || end >= 0) {
          if (isLenient) return held.subarray(0, longest);
          throw new DamagedBackup("a record is too long");
        }
        if (await more()) continue;
        if (held.length === 0 || isLenient) return held.length === 0 ? null : held;
        throw new DamagedBackup("it was cut");
      }
    },
    take: async (count: number): Promise<Buffer> => {
      while (held.length < count) {
        if (!(await more())) throw new DamagedBackup("it was cut");
      }
      const taken = held.subarray(0, count);
      held = held.subarray(count);
      return taken;
    },
    atEnd: async (): Promise<boolean> => held.length === 0 && !(await more()),
    rest: async function* (): AsyncGenerator<Buffer> {
      for (;;) {
        if (held.length > 0) {
          const given = held;
          held = Buffer.alloc(0);
          yield given;
        }
        if (!(await more())) return;
      }
    },
  };
};
