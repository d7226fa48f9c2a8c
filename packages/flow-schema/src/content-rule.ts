/** A line of the rules that ScanDLP() uses: `program: filename /[.]exe$/i`. */
import { compilePattern, type HslRegex, patternFromText } from "@sluice/hsl";

export type ContentRule = {
  readonly name: string;
  readonly condition: "filename" | "type" | "content";
  readonly pattern: HslRegex;
};

/** null: the line is no rule, or its pattern cannot be used. */
export const contentRule = (line: string): ContentRule | null => {
  const found = /^([A-Za-z0-9_.-]{1,60}): *(filename|type|content) +(\S.*)$/s.exec(line);
  const [, name = "", condition, text = ""] = found ?? [];
  if (condition !== "filename" && condition !== "type" && condition !== "content") return null;
  try {
    const isWritten = /^\/.*\/[a-z]*$/s.test(text);
    const pattern = isWritten ? patternFromText(text) : compilePattern(text, "i");
    return { name, condition, pattern };
  } catch {
    return null; // an administrator hears it at the field
  }
};
