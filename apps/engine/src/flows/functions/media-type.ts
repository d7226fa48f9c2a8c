/** Media types by the first bytes of a file, for the kinds that mail carries and malware dresses up as. */

type Magic = readonly [type: string, offset: number, bytes: string];

const magics: readonly Magic[] = [
  ["application/x-dosexec", 0, "MZ"],
  ["application/x-executable", 0, "\x7fELF"],
  ["application/pdf", 0, "%PDF-"],
  ["application/zip", 0, "PK\x03\x04"],
  ["application/zip", 0, "PK\x05\x06"],
  ["application/x-ole-storage", 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
  ["application/gzip", 0, "\x1f\x8b"],
  ["application/x-bzip2", 0, "BZh"],
  ["application/x-xz", 0, "\xfd7zXZ\0"],
  ["application/zstd", 0, "\x28\xb5\x2f\xfd"],
  ["application/x-7z-compressed", 0, "7z\xbc\xaf\x27\x1c"],
  ["application/vnd.rar", 0, "Rar!\x1a\x07"],
  ["application/x-tar", 257, "ustar"],
  ["application/vnd.ms-cab-compressed", 0, "MSCF"],
  ["application/x-iso9660-image", 32769, "CD001"],
  ["application/x-ms-shortcut", 0, "L\0\0\0\x01\x14\x02\0"],
  ["application/vnd.ms-tnef", 0, "\x78\x9f\x3e\x22"],
  ["application/rtf", 0, "{\\rtf"],
  ["application/java-vm", 0, "\xca\xfe\xba\xbe"],
  ["application/postscript", 0, "%!PS"],
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/gif", 0, "GIF8"],
  ["image/bmp", 0, "BM"],
  ["image/tiff", 0, "II*\0"],
  ["image/tiff", 0, "MM\0*"],
  ["image/webp", 8, "WEBP"],
  ["audio/wav", 8, "WAVE"],
  ["audio/mpeg", 0, "ID3"],
  ["audio/ogg", 0, "OggS"],
  ["video/mp4", 4, "ftyp"],
];

export const guessType = (content: Buffer): string => {
  const found = magics.find(
    ([, offset, bytes]) =>
      content.length >= offset + bytes.length &&
      content.toString("latin1", offset, offset + bytes.length) === bytes,
  );
  if (found !== undefined) return found[0];
  const start = content.subarray(0, 1_024);
  const text = start.toString("latin1").trimStart().toLowerCase();
  if (/^(?:<!doctype html|<html|<head|<body|<script)/.test(text)) return "text/html";
  if (text.startsWith("<?xml")) return "application/xml";
  if (text.startsWith("#!")) return "text/x-shellscript";
  const isText = start.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
  return isText && start.length > 0 ? "text/plain" : "application/octet-stream";
};
