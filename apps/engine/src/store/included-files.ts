/**
 * The stored files that scripts of flows include or import, so that a check reads
 * what the flow would run. Other files may be large, and stay where they are.
 */
import type { SettingsObject } from "@sluice/settings/text-form";
import { z } from "zod";
import { scriptFiles } from "../flows/script-files.ts";
import { readFile } from "./file-store.ts";
import type { Store, Transaction } from "./prisma.ts";

/** Text of an included file by the name a script gives it; null: there is none. */
export type IncludedFiles = (name: string) => string | null;

const maximumFiles = 200;
const mention = /\b(?:include|include_once|from)\s+\\?"([^"\\$]{1,200})\\?"/g;
const StoredFile = z.object({ name: z.string(), sha256: z.string() });

export const readIncludedFiles = async (
  transaction: Transaction | Store,
  objects: readonly SettingsObject[],
): Promise<IncludedFiles> => {
  const digests = new Map<string, string>();
  for (const { kind, id, body } of objects) {
    const stored = kind === "file" ? StoredFile.safeParse(body) : null;
    if (stored?.success !== true) continue;
    digests.set(stored.data.name, stored.data.sha256);
    digests.set(id, stored.data.sha256);
  }
  const texts = new Map<string, string>();
  const waiting = objects
    .filter(({ kind }) => kind === "flow")
    .flatMap(({ body }) => mentioned(JSON.stringify(body)));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const digest = digests.get(name);
    if (digest === undefined || texts.has(name) || texts.size >= maximumFiles) continue;
    const bytes = await readFile(transaction, digest);
    if (bytes === null) continue;
    const text = bytes.toString("utf8");
    texts.set(name, text);
    waiting.push(...mentioned(text));
  }
  return scriptFiles((name) => {
    const text = texts.get(name);
    return text === undefined ? null : Buffer.from(text);
  });
};

/** `file:1`, `file://name` and `name` all mean a stored file. */
const plainName = (name: string): string => name.replace(/^file:(?:\/\/)?/, "");

const mentioned = (text: string): string[] =>
  [...text.matchAll(mention)].map(([, name = ""]) => plainName(name));
