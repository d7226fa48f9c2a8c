/** Changes of fields as lines a person reads; a flow's whole node is one line, not one for each setting. */
import type { ObjectChange } from "../../api.ts";

type FieldChange = ObjectChange["fields"][number];

const limit = 8;

export const changeWords = (fields: readonly FieldChange[]): string[] => {
  const lines = fields.map(line);
  if (lines.length <= limit) return lines;
  return [...lines.slice(0, limit - 1), `… and ${lines.length - limit + 1} more`];
};

const line = ({ path, before, after }: FieldChange): string => {
  const name = placeWords(path);
  if (before === undefined) return `${name}: ${shortValue(after)} (new)`;
  if (after === undefined) return `${name}: ${shortValue(before)} (taken away)`;
  return `${name}: ${shortValue(before)} → ${shortValue(after)}`;
};

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
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
};
