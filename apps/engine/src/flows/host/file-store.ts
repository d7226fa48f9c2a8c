/**
 * Files of the revision: read only, by name, never a path. Looking up a word is one
 * step however long the file is: the first look-up makes an index of the content,
 * a little at a time, and everybody after it shares that.
 */
import { LRUCache } from "lru-cache";
import type { Snapshot } from "../../config/snapshot.ts";
import type { MaybeLater } from "../flow-input.ts";
import { buildIndex, type LineFormat, type LineIndex } from "./line-index.ts";
import { buildNetworkIndex, type NetworkIndex } from "./network-index.ts";

export type FileStore = {
  /** null: there is no such file. */
  readonly read: (snapshot: Snapshot, name: string) => Buffer | null;
  /** The first line whose word in the format's column is `word`, split; null: no line, "missing": no file. */
  readonly find: (
    snapshot: Snapshot,
    name: string,
    word: string,
    format: LineFormat,
  ) => Promise<FoundLine | null | "missing"> | FoundLine | null | "missing";
  /** Whether a line of the file holds the address. */
  readonly holds: (
    snapshot: Snapshot,
    name: string,
    address: string,
  ) => MaybeLater<boolean> | "missing";
};

export type FoundLine = {
  readonly words: readonly string[];
  /** Names of the columns, where the format has them. */
  readonly columns: readonly string[] | null;
};

/** `file:ID`, `file://NAME` → the name; null for anything else: a path leads nowhere. */
export const fileName = (given: string): string | null => {
  const name = /^file:(?:\/\/)?([A-Za-z0-9][A-Za-z0-9._-]{0,119})$/.exec(given)?.[1];
  return name === undefined || name.includes("..") ? null : name;
};

export const createFileStore = (): FileStore => {
  const indexes = new LRUCache<string, Promise<LineIndex> | LineIndex>({ max: 200 });
  const networks = new WeakMap<Buffer, MaybeLater<NetworkIndex>>();
  const byBuffer = new WeakMap<Buffer, Map<string, Promise<LineIndex> | LineIndex>>();

  const read = (snapshot: Snapshot, name: string): Buffer | null => {
    const plain = fileName(name);
    return plain === null ? null : snapshot.file(plain);
  };

  /** Where the index of this content is kept: by digest, so that a new revision keeps it. */
  const shelf = (snapshot: Snapshot, name: string, content: Buffer) => {
    const plain = fileName(name) ?? "";
    const { files } = snapshot.settings;
    const entry = files[plain] ?? Object.values(files).find((file) => file.name === plain);
    if (entry !== undefined) {
      return {
        get: (key: string) => indexes.get(`${entry.sha256} ${key}`),
        set: (key: string, index: Promise<LineIndex> | LineIndex) =>
          void indexes.set(`${entry.sha256} ${key}`, index),
      };
    }
    const own = byBuffer.get(content) ?? new Map<string, Promise<LineIndex> | LineIndex>();
    byBuffer.set(content, own);
    return own;
  };

  return {
    read,
    holds: (snapshot, name, address) => {
      const content = read(snapshot, name);
      if (content === null) return "missing";
      const index = networks.get(content) ?? buildNetworkIndex(content);
      networks.set(content, index);
      if (!(index instanceof Promise)) return index.has(address);
      return index.then((built) => {
        networks.set(content, built);
        return built.has(address);
      });
    },
    find: (snapshot, name, word, format) => {
      const content = read(snapshot, name);
      if (content === null) return "missing";
      const key = JSON.stringify(format);
      const kept = shelf(snapshot, name, content);
      let index = kept.get(key);
      if (index === undefined) {
        const building = buildIndex(content, format);
        index = building;
        kept.set(key, building);
        if (building instanceof Promise) {
          building.then((built) => kept.set(key, built)).catch(() => {}); // whoever waits for it hears of it
        }
      }
      return index instanceof Promise ? index.then((built) => built.find(word)) : index.find(word);
    },
  };
};
