/** Changes of fields as lines a person reads; a flow's whole node is one line, not one for each setting. */
import type { ObjectChange } from "../../api.ts";

type FieldChange = ObjectChange["fields"][number];

const limit = 8;
const longest = 80;

export const changeWords = (fields: readonly FieldChange[]): string[] => {
  const lines = fields.map(line);
  if (lines.length <= limit) return lines;
  return [...lines.slice(0, limit - 1), `… and ${lines.length - limit + 1} more`];
};

const line = ({ path, before, after }: FieldChange): string => {
  const name = placeWords(path);
  if (before === undefined) return `${name}: ${shortValue(after)} (new)`;
  if (after === undefined) return `${name}: ${shortValue(before)} (taken away)`;
  if (typeof before !== "string" || typeof after !== "string") {
    return `${name}: ${shortValue(before)} → ${shortValue(after)}`;
  }
  const { at, old, now } = changedLines(before, after);
  const place = before.includes("\n") || after.includes("\n") ? `${name}, line ${at}` : name;
  if (old === null) return `${place}: ${shortValue(now)} (new)`;
  if (now === null) return `${place}: ${shortValue(old)} (taken away)`;
  const start = sameStart(old, now);
  return `${place}: ${fromStart(old, start)} → ${fromStart(now, start)}`;
};

export type TextChange = {
  readonly place: string;
  readonly before: string;
  readonly after: string;
};

/** Changes of texts that have lines: they can be shown line by line. */
export const textChanges = (fields: readonly FieldChange[]): readonly TextChange[] =>
  fields.flatMap(({ path, before = "", after = "" }) =>
    typeof before === "string" &&
    typeof after === "string" &&
    /\n/.test(before.trim() + after.trim())
      ? [{ place: placeWords(path), before, after }]
      : [],
  );

/** The lines from the first to the last that differ; null: there are none on that side. */
const changedLines = (before: string, after: string) => {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const shorter = Math.min(old.length, now.length);
  let first = 0;
  while (first < shorter && old[first] === now[first]) first += 1;
  let last = 0;
  while (last < shorter - first && old.at(-1 - last) === now.at(-1 - last)) last += 1;
  const middle = (lines: readonly string[]): string | null =>
    first === lines.length - last ? null : lines.slice(first, lines.length - last).join("\n");
  return { at: first + 1, old: middle(old), now: middle(now) };
};

/** How much of a long text may be left out so that the difference is seen. */
const sameStart = (one: string, other: string): number => {
  if (one.length <= longest && other.length <= longest) return 0;
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  return same < longest / 2 ? 0 : same - 10;
};

const fromStart = (text: string, start: number): string =>
  start === 0 ? shortValue(text) : `…${shortValue(text.slice(start))}`;

/** "block mailbox › title": the path as it is called on screen. */
const placeWords = (path: FieldChange["path"]): string => {
  const [first, node, member, ...rest] = path;
  if (first !== "nodes" || node === undefined) return path.join(" › ");
  const inside = member === undefined ? [] : member === "config" ? rest : [member, ...rest];
  return [`block ${node}`, ...inside].join(" › ");
};

/** One line of a value, cut where it is long. */
export const shortValue = (value: unknown): string => {
  if (value === undefined || value === null || value === "") return "empty";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "object") {
    const block: unknown = "block" in value ? value.block : undefined;
    if (typeof block === "string") return `block ${block}`;
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
};
