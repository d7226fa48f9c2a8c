/** Reading and writing values of plain data by path, without changing what was there. */
export type ValuePath = readonly (string | number)[];

export const valueAt = (root: unknown, path: ValuePath): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? (value as Readonly<Record<string | number, unknown>>)[key] // its own member or undefined
        : undefined,
    root,
  );

/** The value with one place replaced; `undefined` takes the member away. */
export const withValueAt = (root: unknown, path: ValuePath, value: unknown): unknown => {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === "number") {
    const list: unknown[] = Array.isArray(root) ? [...root] : [];
    list[key] = withValueAt(list[key], rest, value);
    return list;
  }
  const record: Record<string, unknown> =
    typeof root === "object" && root !== null && !Array.isArray(root) ? { ...root } : {};
  const next = withValueAt(record[key], rest, value);
  if (next === undefined) delete record[key];
  else record[key] = next;
  return record;
};

export const samePath = (a: ValuePath, b: ValuePath): boolean =>
  a.length === b.length && a.every((key, index) => key === b[index]);

export const startsWith = (path: ValuePath, start: ValuePath): boolean =>
  start.every((key, index) => key === path[index]);
