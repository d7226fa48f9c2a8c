/**
 * The files inside a ZIP archive (also an Office document or a JAR) or a gzip file, one
 * at a time and never more bytes than the reader allows. What cannot be read is said.
 */
import { promisify } from "node:util";
import { gunzip, inflateRaw } from "node:zlib";

export type ArchivedFile = {
  /** As the archive has it: a byte string. */
  readonly name: string;
  readonly isEncrypted: boolean;
  /** Rejects when the file is damaged, packed in an unknown way, or larger than allowed. */
  readonly read: (mostBytes: number) => Promise<Buffer>;
};

const inflate = promisify(inflateRaw);
const unzip = promisify(gunzip);

export const isArchive = (type: string): boolean =>
  type === "application/zip" || type === "application/gzip";

/** The files of the archive; throws when it is damaged. */
export const filesIn = (bytes: Buffer, type: string, name: string): ArchivedFile[] =>
  type === "application/zip"
    ? zippedFiles(bytes)
    : [
        {
          name: name.replace(/\.gz$/i, "").replace(/\.tgz$/i, ".tar"),
          isEncrypted: false,
          read: (mostBytes) => unzip(bytes, { maxOutputLength: mostBytes }),
        },
      ];

const endSignature = Buffer.from("PK\x05\x06", "latin1");
const mostFiles = 10_000;

const zippedFiles = (bytes: Buffer): ArchivedFile[] => {
  const end = bytes.lastIndexOf(endSignature);
  if (end < 0 || end + 22 > bytes.length) throw new Error("the archive has no directory");
  const count = bytes.readUInt16LE(end + 10);
  const size = bytes.readUInt32LE(end + 12);
  const offset = bytes.readUInt32LE(end + 16);
  // what stands before the archive (a self-extracting program) shifts every place
  const shift = end - size - offset;
  if (count > mostFiles || shift < 0) throw new Error("the archive is too large or damaged");
  const files: ArchivedFile[] = [];
  let at = offset + shift;
  for (let index = 0; index < count; index++) {
    if (bytes.readUInt32LE(at) !== 0x02014b50) throw new Error("the archive is damaged");
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString("latin1", at + 46, at + 46 + nameLength);
    const entry = {
      method: bytes.readUInt16LE(at + 10),
      size: bytes.readUInt32LE(at + 20),
      place: bytes.readUInt32LE(at + 42) + shift,
    };
    if (!name.endsWith("/")) {
      files.push({
        name,
        isEncrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
        read: (mostBytes) => unpack(bytes, entry, mostBytes),
      });
    }
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return files;
};

const unpack = async (
  bytes: Buffer,
  { method, size, place }: { method: number; size: number; place: number },
  mostBytes: number,
): Promise<Buffer> => {
  if (bytes.readUInt32LE(place) !== 0x04034b50) throw new Error("the archive is damaged");
  const start = place + 30 + bytes.readUInt16LE(place + 26) + bytes.readUInt16LE(place + 28);
  const packed = bytes.subarray(start, start + size);
  if (packed.length < size) throw new Error("the archive is cut off");
  if (method === 8) return inflate(packed, { maxOutputLength: mostBytes });
  if (method !== 0 || size > mostBytes) throw new Error("the file cannot be unpacked");
  return packed;
};
