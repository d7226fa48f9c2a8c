/** What `sluice hsl` is given: the script, files, a message, and variables as JSON. */
import { isUtf8 } from "node:buffer";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

export const readInput = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: unknown) => {
    throw cannotRead(file, error);
  });

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission is denied",
  EISDIR: "it is a folder",
  ENOTDIR: "it is no folder",
};

const cannotRead = (file: string, error: unknown): Error => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new Error(`${file} cannot be read: ${reasons[code] ?? wordsOf(error)}.`, { cause: error });
};

export const readStandardInput = async (): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
};

/** The first byte of a script that is no part of UTF-8, such as those of an old Windows editor. */
export const byteThatIsNoText = (
  bytes: Buffer,
): { readonly line: number; readonly column: number; readonly message: string } | null => {
  if (isUtf8(bytes)) return null;
  let [line, start] = [1, 0];
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break;
    line += 1;
    start = end + 1;
  }
  const [before = ""] = bytes.subarray(start).toString("utf8").split("\uFFFD", 1);
  const code = bytes[start + Buffer.byteLength(before)] ?? 0;
  const name = code.toString(16).toUpperCase().padStart(2, "0");
  const message = `The byte 0x${name} is no UTF-8. Save the script as UTF-8; inside a string \\x${name} stands for this byte.`;
  return { line, column: before.length + 1, message };
};

/** The files of a folder by their names; names that the file store could not hold are left out. */
export const readFiles = async (folder: string | null): Promise<ReadonlyMap<string, Buffer>> => {
  const files = new Map<string, Buffer>();
  if (folder === null) return files;
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw cannotRead(folder, error);
  });
  for (const entry of entries) {
    if (!entry.isFile() || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(entry.name)) continue;
    files.set(entry.name, await readInput(path.join(folder, entry.name)));
  }
  return files;
};

/** `--vars`: names with or without their dollar sign. */
export const readVariables = (text: string | undefined): Readonly<Record<string, unknown>> => {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const before = text.slice(0, placeOfMistake(text)).split("\n");
    const [line, column] = [before.length, (before.at(-1) ?? "").length + 1];
    const reason = wordsOf(error).replace(
      /, ".*is not valid JSON$| (in|after) JSON at position.*/s,
      "",
    );
    throw new Error(`--vars is no JSON: line ${line}, column ${column}: ${reason}.`, {
      cause: error,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error('--vars is an object: {"senderip": "192.0.2.1"}.');
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.replace(/^\$/, ""), inner]),
  );
};

/** Where JSON ends to be right: the longest beginning that more text could still complete. */
const placeOfMistake = (text: string): number => {
  let [right, wrong] = [0, text.length + 1];
  while (wrong - right > 1) {
    const middle = (right + wrong) >> 1;
    if (isHopeless(text.slice(0, middle))) wrong = middle;
    else right = middle;
  }
  return right;
};

const isHopeless = (beginning: string): boolean => {
  try {
    JSON.parse(beginning);
    return false;
  } catch (error) {
    const words = wordsOf(error);
    const place = /at position (\d+)/.exec(words)?.[1];
    return place === undefined
      ? !words.startsWith("Unexpected end")
      : Number(place) < beginning.length;
  }
};

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
