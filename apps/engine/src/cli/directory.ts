/** A directory of settings on this machine. Links are not followed; what is not ours is left alone. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { placeOf } from "@sluice/settings/text-form";
import { CommandError } from "./invocation.ts";

const maximumBytes = 40 * 1024 * 1024;

/** Every YAML file and every stored content, by its path with forward slashes. */
export const readDirectory = (folder: string): Map<string, Buffer> => {
  let isFolder = false;
  try {
    isFolder = lstatSync(folder).isDirectory();
  } catch {
    // told below
  }
  if (!isFolder) throw new CommandError(1, `${folder} is no directory.`);
  const files = new Map<string, Buffer>();
  let total = 0;
  const visit = (inner: string): void => {
    for (const entry of readdirSync(path.join(folder, inner), { withFileTypes: true })) {
      if (entry.name.startsWith(".") && inner !== "files/content") continue;
      const name = inner === "" ? entry.name : `${inner}/${entry.name}`;
      if (entry.isDirectory()) visit(name);
      else if (entry.isFile() && (name.endsWith(".yaml") || placeOf(name) !== null)) {
        const bytes = readFileSync(path.join(folder, name));
        total += bytes.length;
        if (total > maximumBytes) throw new CommandError(1, `${folder} has more than 40 MiB.`);
        files.set(name, bytes);
      }
    }
  };
  visit("");
  return files;
};

/** Makes the directory hold exactly these files of ours; others stay. */
export const writeDirectory = (
  folder: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  present: ReadonlyMap<string, Buffer>,
): { written: number; removed: number } => {
  let [written, removed] = [0, 0];
  for (const [name, content] of files) {
    const bytes = Buffer.from(content);
    if (present.get(name)?.equals(bytes) === true) continue;
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    written++;
  }
  for (const name of present.keys()) {
    if (files.has(name) || placeOf(name) === null) continue;
    rmSync(path.join(folder, name));
    removed++;
  }
  return { written, removed };
};
