/** Rows for a terminal: control characters shown, columns as wide as they need. */

/** One line, nothing that moves a cursor. */
export const printable = (value: unknown): string =>
  String(value ?? "").replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );

export const table = (head: readonly string[], rows: readonly (readonly unknown[])[]): string => {
  const texts = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, column) =>
    Math.min(60, Math.max(...texts.map((row) => row[column]?.length ?? 0))),
  );
  const lines = texts.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
};
