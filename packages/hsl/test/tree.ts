/** A tree as one line: `Binary + (Number 1, Variable x)`. Case files and comparisons use it. */
export const treeText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(treeText).join(", ")}]`;
  if (value === null) return "_";
  if (typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).filter(([name]) => !positions.has(name));
  const kind = "kind" in value ? String(value.kind) : "$";
  const words = fields.flatMap(([name, field]): string[] => {
    if (typeof field === "boolean" && name !== "value") return field ? [name] : [];
    return typeof field === "object" || name === "kind" ? [] : [String(field)];
  });
  const inner = fields.filter(([, field]) => typeof field === "object").map(([, f]) => treeText(f));
  const head = [kind, ...words].join(" ");
  return inner.length === 0 ? head : `${head}(${inner.join(", ")})`;
};

const positions: ReadonlySet<string> = new Set(["start", "end", "source", "nameSpan"]);
